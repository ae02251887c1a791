namespace Rekkord.Module.Tests.Commands;

/// <summary>What a user names is what is saved, whatever characters it has and whenever it is made.</summary>
public sealed class SourceTests
{
    [Theory]
    [InlineData("c:")]
    [InlineData("Env:x")]
    [InlineData("a\\b")]
    [InlineData("end.")]
    [InlineData("end ")]
    [InlineData("[x]")]
    [InlineData("~")]
    [InlineData("a::b")]
    public void A_name_stays_as_it_is(string name)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var sandbox = new ModuleSandbox();
        sandbox.Write($"{name}/file", "content");
        sandbox.Session.Set("path", Path.Combine(sandbox.Source, name));

        sandbox.Invoke("Invoke-RekkordSave test $path").Clean();
        Assert.Equal(Path.Combine(sandbox.Source, name, "file"), Assert.Single(sandbox.Invoke("(Get-RekkordItem test $path).Path").Clean().Output).ToString());
        sandbox.Invoke("Restore-RekkordSnapshot \"test:$path\" $destination").Clean();
        Assert.Equal("content", File.ReadAllText(Path.Combine(sandbox.Destination, "file")));
        sandbox.Invoke("Restore-RekkordSnapshot test ./whole").Clean();
        Assert.True(File.Exists(Path.Combine(sandbox.Base, "whole") + Path.Combine(sandbox.Source, name, "file")));
    }

    [Theory]
    [InlineData("./c:")]
    [InlineData("z:")]
    [InlineData("a\\b")]
    [InlineData("./~")]
    [InlineData("FileSystem::$source/plain")]
    public void A_relative_name_is_one_of_the_current_directory(string name)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var sandbox = new ModuleSandbox();
        foreach (var file in new[] { "c:", "z:", "a\\b", "~", "plain" })
            sandbox.Write(file, "x");

        var run = sandbox.Invoke($"$null = $ExecutionContext.SessionState.Path.SetLocation($source); Invoke-RekkordSave test \"{name}\"").Clean();

        var expected = name.Contains("::", StringComparison.Ordinal) ? "plain" : Path.GetFileName(name);
        Assert.Equal([Path.Combine(sandbox.Source, expected)], run.Save.Texts("Paths"));
    }

    [Fact]
    public void A_path_that_is_not_one_of_the_file_system_is_refused()
    {
        using var sandbox = new ModuleSandbox();
        Assert.Equal("PathNotOfFileSystem", sandbox.Invoke("Invoke-RekkordSave test Env:PATH").EndingId);
    }

    [Theory]
    [InlineData("dumps")]
    [InlineData("dumps/*.sql")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void What_a_hook_makes_is_found(string path)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-dump", $"mkdir '{sandbox.Source}/dumps'; echo x > '{sandbox.Source}/dumps/a.sql'");

        Assert.Equal(1, sandbox.Invoke($"Invoke-RekkordSave test $source/{path}").Clean().Save.Number("Files"));
    }

    [Fact]
    public void Wildcards_stand_for_hidden_files_as_well()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write(".env", "x");
        sandbox.Write("file", "x");

        Assert.Equal(2, sandbox.Invoke("$null = $ExecutionContext.SessionState.Path.SetLocation($source); Invoke-RekkordSave test *").Clean().Save.Number("Files"));
    }

    [Fact]
    public void Files_from_a_pipeline_and_literal_paths_have_no_wildcards()
    {
        using var sandbox = new ModuleSandbox();
        var bracketed = sandbox.Write("[a]", "x");
        sandbox.Write("a", "x");
        string[] lines = ["[IO.FileInfo]::new($file) | Invoke-RekkordSave test", "[pscustomobject]@{ PSPath = \"FileSystem::$file\" } | Invoke-RekkordSave test", "Invoke-RekkordSave test -LiteralPath $file"];
        sandbox.Session.Set("file", bracketed);

        Assert.All(lines, line => Assert.Equal([bracketed], sandbox.Invoke(line).Clean().Save.Texts("Paths")));
        File.Delete(bracketed);
        Assert.All(lines, line => Assert.Equal("SourceNotFound", sandbox.Invoke(line).EndingId));
        Assert.Equal(1, sandbox.Invoke("Invoke-RekkordSave test $file").Clean().Save.Number("Files"));
    }

    [Fact]
    public void The_home_directory_and_the_current_one_have_no_wildcards()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("[h]/file", "x");
        sandbox.Write("h/file", "x");
        sandbox.Session.Set("home_", Path.Combine(sandbox.Source, "[h]"));
        var within = Path.Combine(sandbox.Source, "[h]", "file");

        sandbox.Invoke("$provider = $ExecutionContext.SessionState.Provider.GetOne('FileSystem'); $before = $provider.Home; $provider.Home = $home_").Clean();
        Assert.Equal([within], sandbox.Invoke("Invoke-RekkordSave test '~/f*'").Clean().Save.Texts("Paths"));
        sandbox.Invoke("$provider.Home = $before; $null = $ExecutionContext.SessionState.Path.SetLocation([WildcardPattern]::Escape($home_))").Clean();
        Assert.Equal([within], sandbox.Invoke("Invoke-RekkordSave test 'f*'").Clean().Save.Texts("Paths"));
    }

    [Fact]
    public void Exclusions_may_begin_at_the_current_directory()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("build/o", "x");
        sandbox.Write("sub/build/kept", "x");

        var run = sandbox.Invoke("$null = $ExecutionContext.SessionState.Path.SetLocation($source); Invoke-RekkordSave test . -Exclude ./build, *.nothing -Verbose");

        Assert.Equal(1, run.Save.Number("Files"));
        Assert.Contains(run.Verbose, line => line.Contains("'*.nothing'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Work:/build", 1)]
    [InlineData("Work:b*", 1)]
    [InlineData("FileSystem::/**/build", 1)]
    [InlineData("Work:/bu", 2)]
    public void Exclusions_may_begin_at_a_drive_as_paths_may(string pattern, int files)
    {
        using var sandbox = new ModuleSandbox();
        var work = Path.GetDirectoryName(sandbox.Write("[work]/build/o", "x"))!;
        sandbox.Write("[work]/kept", "x");
        sandbox.Session.Set("source", Path.GetDirectoryName(work));
        sandbox.Invoke("$null = $ExecutionContext.SessionState.Drive.New([Management.Automation.PSDriveInfo]::new("
            + "'Work', $ExecutionContext.SessionState.Provider.GetOne('FileSystem'), $source, '', $null), 'global')").Clean();

        Assert.Equal(files, sandbox.Invoke($"Invoke-RekkordSave test Work:/ -Exclude \"{pattern}\"").Clean().Save.Number("Files"));
    }

    [Fact]
    public void An_exclusion_of_what_is_no_file_system_is_refused()
    {
        using var sandbox = new ModuleSandbox();
        Assert.Equal("PathNotOfFileSystem", sandbox.Invoke("Invoke-RekkordSave test $source -Exclude Env:/PATH").EndingId);
    }

    [Fact]
    public void A_part_that_is_not_in_the_snapshot_makes_a_restore_partial()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file.txt", "x");
        sandbox.Save().Clean();

        var run = sandbox.Invoke("Restore-RekkordSnapshot test $destination -Include *.txt, *.docx");

        Assert.Equal("Partial", Assert.Single(run.Output).Text("Status"));
        Assert.StartsWith("PatternNotInSnapshot", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_above_the_saved_paths_may_be_asked_for()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "x");
        sandbox.Save().Clean();

        Assert.Equal(1, Assert.Single(sandbox.Invoke($"Restore-RekkordSnapshot test $destination -Include '{sandbox.Base}'").Clean().Output).Number("Files"));
    }

    [Fact]
    public void WhatIf_shows_what_was_asked_for()
    {
        using var sandbox = new ModuleSandbox();

        var run = sandbox.Invoke("1..100 | ForEach-Object { \"$source/f$_/*\" } | Invoke-RekkordSave test -WhatIf").Clean();

        Assert.Contains(run.HostLines, line => line.Contains("f10/* and 90 more", StringComparison.Ordinal));
    }
}

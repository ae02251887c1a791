using System.Runtime.InteropServices;

namespace Rekkord.Module.Tests.Commands;

public sealed class SaveTests
{
    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_save_writes_each_hook_result_and_then_its_own_with_all_of_them()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.ShellHook("PreSave", "10-dump", "echo dumped");
        sandbox.Hook("PreSave", "20-check.ps1", "'checked'");
        sandbox.LogOutcome();

        var run = sandbox.Save().Clean();

        Assert.Equal(["10-dump", "20-check.ps1", "50-log"], run.Hooks.Select(hook => hook.Text("Name")));
        Assert.Equal(["dumped"], run.Hooks[0].Texts("Output"));
        Assert.Equal(["checked"], run.Hooks[1].Texts("Output"));
        Assert.Same(run.Output[^1], run.Save);
        Assert.Equal(run.Hooks.Select(hook => hook.BaseObject), run.Save.Items("Hooks").Select(hook => hook.BaseObject));
        Assert.Equal("Succeeded", run.Save.Text("Status"));
        Assert.Equal(1, run.Save.Number("Files"));
        Assert.Equal(["PostSave 1"], sandbox.LogLines);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_snapshot_knows_which_hooks_ran_before_it()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-dump", "exit 0");
        sandbox.Hook("PreSave", "20-check.ps1", "'checked'");
        sandbox.LogOutcome();
        var ran = sandbox.Save().Clean().Hooks;
        var recorded = sandbox.Invoke("Get-RekkordSnapshot | ForEach-Object Hooks").Clean().Output;
        Assert.Equal(["10-dump", "20-check.ps1"], recorded.Select(hook => hook.Text("Name")));
        Assert.Equal(["Succeeded", "Succeeded"], recorded.Select(hook => hook.Text("Status")));
        Assert.Equal([0, null], recorded.Select(hook => hook.Value("ExitCode")));
        Assert.Equal(ran.Take(2).Select(hook => hook.Value("Duration")), recorded.Select(hook => hook.Value("Duration")));
    }

    [Fact]
    public void A_second_save_of_the_same_stores_no_content_again()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", new string('x', 100_000));
        Assert.InRange(sandbox.Save().Clean().Save.Number("AddedSize"), 100_000, 110_000);
        Assert.Equal(0, sandbox.Save().Clean().Save.Number("AddedSize"));
    }

    [Fact]
    public void A_file_that_has_not_changed_for_a_while_is_only_read_again_with_Force()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Session.Set("old", RuntimeEnvironment.GetRuntimeDirectory());
        const string Save = "Invoke-RekkordSave test $old -Exclude *.dll";
        var files = sandbox.Invoke(Save).Clean().Save.Number("Files");
        Assert.Equal(files, sandbox.Invoke(Save).Clean().Save.Number("UnchangedFiles"));
        Assert.Equal(0, sandbox.Invoke(Save + " -Force").Clean().Save.Number("UnchangedFiles"));
    }

    [Theory]
    [InlineData("Invoke-RekkordSave test $source/one $source/two")]
    [InlineData("Invoke-RekkordSave -Channel test -Path $source/one, $source/two")]
    [InlineData("Invoke-RekkordSave test source/one ./source/two")]
    [InlineData("Invoke-RekkordSave test $source/*")]
    [InlineData("\"$source/one\", \"$source/two\" | Invoke-RekkordSave test")]
    [InlineData("[IO.DirectoryInfo]::new($source).GetFiles() | Invoke-RekkordSave test")]
    [InlineData("[IO.FileInfo]\"$source/one\", [IO.FileInfo]\"$source/two\" | Invoke-RekkordSave test")]
    [InlineData("[pscustomobject]@{ Path = \"$source/one\", \"$source/two\" } | Invoke-RekkordSave test")]
    public void What_to_save_can_be_given_in_many_ways_and_makes_one_snapshot(string command)
    {
        using var sandbox = new ModuleSandbox();
        var one = sandbox.Write("one", "1");
        var two = sandbox.Write("two", "2");
        var save = sandbox.Invoke(command).Clean().Save;
        Assert.Equal([one, two], save.Texts("Paths").Order(StringComparer.Ordinal));
        Assert.Equal(2, save.Number("Files"));
    }

    [Theory]
    [InlineData("with blanks")]
    [InlineData("[brackets]")]
    [InlineData("star*")]
    [InlineData("-Force")]
    [InlineData("$(quoted) 'and' \"more\"")]
    [InlineData("größe")]
    public void A_file_is_saved_whatever_its_name_looks_like(string name)
    {
        using var sandbox = new ModuleSandbox();
        var path = sandbox.Write(name, "content");
        sandbox.Session.Set("path", path);
        Assert.Equal([path], sandbox.Invoke("Invoke-RekkordSave test $path").Clean().Save.Texts("Paths"));
        Assert.Equal([path], sandbox.Invoke("[IO.FileInfo]$path | Invoke-RekkordSave test").Clean().Save.Texts("Paths"));
    }

    [Fact]
    public void What_is_excluded_is_not_saved()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("keep", "1");
        sandbox.Write("leave.tmp", "2");
        Assert.Equal(1, sandbox.Invoke("Invoke-RekkordSave test $source -Exclude *.tmp").Clean().Save.Number("Files"));
    }

    [Fact]
    public void Sizes_times_and_IDs_are_of_types_that_sort_and_filter()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        var save = sandbox.Save().Clean().Save;
        Assert.IsType<long>(save.Value("Size"));
        Assert.IsType<DateTimeOffset>(save.Value("StartTime"));
        Assert.IsType<TimeSpan>(save.Value("Duration"));
        Assert.Matches("^[0-9a-f]{64}$", save.Text("Id"));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Verbose_shows_what_hooks_write_while_they_run()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-dump", "echo first; echo second");
        var run = sandbox.Invoke("Invoke-RekkordSave test $source -Verbose").Clean();
        Assert.Contains("10-dump: first", run.Verbose);
        Assert.Contains("10-dump: second", run.Verbose);
        Assert.Empty(sandbox.Save().Clean().Verbose);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Hook_results_can_be_filtered_in_the_pipeline()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-good", "exit 0");
        sandbox.ShellHook("PostSave", "20-bad", "exit 3");
        var run = sandbox.Invoke("Invoke-RekkordSave test $source | Where-Object Status -eq Failed");
        Assert.Equal("20-bad", Assert.Single(run.Output).Text("Name"));
        Assert.Equal("PostSaveHookFailed", run.EndingId);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Leaving_hooks_out_asks_first()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-dump", "echo ran >> \"$TEST_LOG\"");

        sandbox.Session.Host.Answer = "No";
        Assert.Empty(sandbox.Invoke("Invoke-RekkordSave test $source -SkipHooks").Clean().Output);
        Assert.Single(sandbox.Session.Host.Questions);
        Assert.Empty(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);

        sandbox.Session.Host.Answer = "Yes";
        Assert.Empty(sandbox.Invoke("Invoke-RekkordSave test $source -SkipHooks").Clean().Save.Items("Hooks"));
        Assert.Equal(2, sandbox.Session.Host.Questions.Count);

        sandbox.Invoke("Invoke-RekkordSave test $source -SkipHooks -Confirm:$false").Clean();
        Assert.Equal(2, sandbox.Session.Host.Questions.Count);
        Assert.Empty(sandbox.LogLines);
    }

    [Theory]
    [InlineData("Invoke-RekkordSave test $source | ForEach-Object { $_; break }")]
    [InlineData("foreach ($once in 1) { Invoke-RekkordSave test $source | ForEach-Object { $_; continue } }")]
    [InlineData("try { Invoke-RekkordSave test $source | ForEach-Object { $_; throw 'enough' } } catch { if ($_.Exception.Message -ne 'enough') { throw } }")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_command_after_it_that_has_enough_gets_no_more_objects_and_the_save_still_comes_to_its_end(string script)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.ShellHook("PreSave", "10-dump", "echo dumped");
        sandbox.LogOutcome();
        var run = sandbox.Invoke($"foreach ($outer in 1) {{ {script} }}").Clean();
        Assert.Equal("10-dump", Assert.Single(run.Output).Text("Name"));
        Assert.Equal(["PostSave 1"], sandbox.LogLines);
        Assert.Single(sandbox.Invoke("Get-RekkordSnapshot test").Clean().Output);
        sandbox.AssertRepositorySound();
    }
}

namespace Rekkord.Module.Tests.Commands;

/// <summary>A save that cannot work ends with an error of its own ID before any hook runs, and leaves the repository as it was.</summary>
public sealed class SaveErrorTests
{
    // In the descriptor of a repository, after the eight bytes that say what the file is.
    private const int VersionOffset = 8;

    [Theory]
    [InlineData("KeyFileNotFound", "ObjectNotFound", "-KeyFile ./missing.key")]
    [InlineData("KeyFileInvalid", "InvalidData", "-KeyFile $config")]
    [InlineData("RepositoryUrlUnsupported", "InvalidArgument", "-Repository gopher://host/path")]
    [InlineData("ConfigFileNotFound", "ObjectNotFound", "-ConfigPath ./missing.toml")]
    public void What_cannot_be_opened_is_an_error_before_anything_runs(string id, string category, string parameters)
    {
        using var sandbox = new ModuleSandbox();
        AssertRefused(sandbox, id, category, $"Invoke-RekkordSave test $source {parameters}");
    }

    [Theory]
    [InlineData("RepositoryNotFound", "-Repository ./missing")]
    [InlineData("NotARepository", "-Repository $source")]
    public void The_post_hooks_are_told_of_a_repository_that_is_not_there(string id, string parameters)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.LogOutcome();
        var run = sandbox.Invoke($"Invoke-RekkordSave test $source {parameters}");
        Assert.Equal((id, "ObjectNotFound"), (run.EndingId, run.Ending!.CategoryInfo.Category.ToString()));
        Assert.Equal(["PostSave 0"], sandbox.LogLines);
        Assert.Equal(id, sandbox.Invoke($"Invoke-RekkordSave test $source {parameters} -SkipHooks -Confirm:$false").EndingId);
        Assert.Equal(["PostSave 0"], sandbox.LogLines);
    }

    [Fact]
    public void The_key_of_another_repository_is_an_error_before_anything_runs()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Invoke("Initialize-RekkordRepository ./other ./other.key").Clean();
        AssertRefused(sandbox, "KeyFileMismatch", null, "Invoke-RekkordSave test $source -KeyFile ./other.key");
    }

    [Fact]
    public void A_repository_of_a_version_it_does_not_know_is_an_error_before_anything_runs()
    {
        using var sandbox = new ModuleSandbox();
        var descriptor = Path.Combine(sandbox.Repository, "rekkord");
        var bytes = File.ReadAllBytes(descriptor);
        bytes[VersionOffset]++;
        File.SetAttributes(descriptor, FileAttributes.Normal);
        File.WriteAllBytes(descriptor, bytes);
        AssertRefused(sandbox, "RepositoryVersionUnknown", null, "Invoke-RekkordSave test $source");
    }

    [Fact]
    public void A_source_that_does_not_exist_is_an_error_and_no_snapshot_is_made()
    {
        using var sandbox = new ModuleSandbox();
        var run = sandbox.Invoke("Invoke-RekkordSave test $source/missing");
        Assert.Equal("SourceNotFound", run.EndingId);
        Assert.Contains(Path.Combine(sandbox.Source, "missing"), run.Ending!.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
    }

    [Fact]
    public void A_path_that_matches_nothing_once_the_hooks_have_run_is_an_error()
    {
        using var sandbox = new ModuleSandbox();
        Assert.Equal("SourceNotFound", sandbox.Invoke("Invoke-RekkordSave test $source/*.nothing").EndingId);
        Assert.Empty(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
    }

    [Theory]
    [InlineData("@() | Invoke-RekkordSave test")]
    [InlineData("[IO.Directory]::GetDirectories($source) | Invoke-RekkordSave test")]
    [InlineData("$null | Invoke-RekkordSave test -ErrorAction SilentlyContinue")]
    [InlineData("$null, $source | Invoke-RekkordSave test -ErrorAction SilentlyContinue")]
    [InlineData("$source, '' | Invoke-RekkordSave test -ErrorAction SilentlyContinue")]
    [InlineData("[pscustomobject]@{ Path = $source }, [pscustomobject]@{ Path = @() } | Invoke-RekkordSave test -ErrorAction SilentlyContinue")]
    [InlineData("Invoke-RekkordSave test $source, $null")]
    public void A_save_of_nothing_is_an_error_before_anything_runs(string command)
    {
        using var sandbox = new ModuleSandbox();
        AssertRefused(sandbox, "SourceNotGiven", "InvalidArgument", command);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("!keep")]
    [InlineData("end ")]
    [InlineData("[ab")]
    public void A_pattern_that_can_match_nothing_is_an_error_before_anything_runs(string pattern)
    {
        using var sandbox = new ModuleSandbox();
        AssertRefused(sandbox, "PatternInvalid", "InvalidArgument", $"Invoke-RekkordSave test $source -Exclude '{pattern}'");
        Assert.Equal("PatternInvalid", sandbox.Invoke($"Restore-RekkordSnapshot test $destination -Include '{pattern}'").EndingId);
    }

    [Theory]
    [InlineData("\"a`nb\"")]
    [InlineData("('x' * 257)")]
    public void A_channel_that_cannot_be_one_is_an_error_before_anything_runs(string channel)
    {
        using var sandbox = new ModuleSandbox();
        AssertRefused(sandbox, "ChannelInvalid", "InvalidArgument", $"Invoke-RekkordSave {channel} $source");
    }

    [Fact]
    public void Without_a_repository_the_error_says_where_one_can_be_named()
    {
        using var sandbox = new ModuleSandbox();
        File.WriteAllText(sandbox.ConfigFile, "");
        var run = sandbox.Invoke("Invoke-RekkordSave test $source");
        Assert.Equal("RepositoryNotGiven", run.EndingId);
        Assert.Contains("$env:REKKORD_REPOSITORY", run.Ending!.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("KeyFileNotGiven", sandbox.Invoke("Invoke-RekkordSave test $source -Repository $repository").EndingId);
    }

    [Fact]
    public void Errors_can_be_caught_and_told_apart()
    {
        using var sandbox = new ModuleSandbox();
        var run = sandbox.Invoke("try { Invoke-RekkordSave test $source -KeyFile ./missing.key } catch { $_.FullyQualifiedErrorId; $_.TargetObject }").Clean();
        Assert.StartsWith("KeyFileNotFound,", run.Output[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("missing.key", run.Output[1].ToString(), StringComparison.Ordinal);
    }

    private static void AssertRefused(ModuleSandbox sandbox, string id, string? category, string command)
    {
        sandbox.ShellHook("PreSave", "10-dump", "echo ran >> \"$TEST_LOG\"");
        sandbox.LogOutcome();
        var before = sandbox.RepositoryFiles;
        var run = sandbox.Invoke(command);
        Assert.Equal(id, run.EndingId);
        if (category is not null)
            Assert.Equal(category, run.Ending!.CategoryInfo.Category.ToString());
        Assert.Empty(run.Output);
        Assert.Empty(sandbox.LogLines);
        Assert.Equal(before, sandbox.RepositoryFiles);
    }
}

namespace Rekkord.Module.Tests.Commands;

public sealed class InitializeRepositoryTests
{
    [Fact]
    public void Makes_a_repository_and_a_keyfile_and_says_to_keep_a_copy()
    {
        using var sandbox = new ModuleSandbox(initialize: false);
        var run = sandbox.Invoke("Initialize-RekkordRepository $repository $keyFile").Clean();
        var made = Assert.Single(run.OfType("RekkordRepository"));
        Assert.Equal(sandbox.KeyFile, made.Text("KeyFile"));
        Assert.True(File.Exists(sandbox.KeyFile));
        Assert.Contains("rekkord", sandbox.RepositoryFiles);
        Assert.Contains("Keep a copy", Assert.Single(run.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_keyfile_is_for_its_owner_only()
    {
        using var sandbox = new ModuleSandbox();
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(sandbox.KeyFile));
    }

    [Fact]
    public void Relative_paths_start_at_the_current_location_and_the_keyfile_has_a_default_name()
    {
        using var sandbox = new ModuleSandbox(initialize: false);
        sandbox.Invoke("Initialize-RekkordRepository ./repository").Clean();
        Assert.True(File.Exists(sandbox.KeyFile));
        Assert.Contains("rekkord", sandbox.RepositoryFiles);
    }

    [Fact]
    public void A_repository_that_exists_is_left_as_it_is()
    {
        using var sandbox = new ModuleSandbox();
        var before = sandbox.RepositoryFiles;
        var run = sandbox.Invoke("Initialize-RekkordRepository $repository ./other.key");
        Assert.Equal("RepositoryExists", run.EndingId);
        Assert.False(File.Exists(Path.Combine(sandbox.Base, "other.key")));
        Assert.Equal(before, sandbox.RepositoryFiles);
    }

    [Fact]
    public void A_repository_that_exists_is_left_as_it_is_also_with_Force()
    {
        using var sandbox = new ModuleSandbox();
        var key = File.ReadAllBytes(sandbox.KeyFile);
        var run = sandbox.Invoke("Initialize-RekkordRepository $repository $keyFile -Force");
        Assert.Equal("RepositoryExists", run.EndingId);
        Assert.Equal(key, File.ReadAllBytes(sandbox.KeyFile));
    }

    [Fact]
    public void A_keyfile_that_exists_is_not_replaced()
    {
        using var sandbox = new ModuleSandbox(initialize: false);
        File.WriteAllText(sandbox.KeyFile, "another key");
        var run = sandbox.Invoke("Initialize-RekkordRepository $repository $keyFile");
        Assert.Equal("KeyFileExists", run.EndingId);
        Assert.Equal("another key", File.ReadAllText(sandbox.KeyFile));
        Assert.Empty(sandbox.RepositoryFiles);
    }

    [Fact]
    public void A_directory_with_something_in_it_does_not_become_a_repository()
    {
        using var sandbox = new ModuleSandbox(initialize: false);
        sandbox.Write("file", "content");
        var run = sandbox.Invoke("Initialize-RekkordRepository $source $keyFile");
        Assert.Equal("DirectoryNotEmpty", run.EndingId);
        Assert.Equal(["file"], Directory.GetFileSystemEntries(sandbox.Source).Select(Path.GetFileName));
        Assert.False(File.Exists(sandbox.KeyFile));
    }

    [Fact]
    public void A_URL_of_a_kind_it_does_not_know_is_an_error()
    {
        using var sandbox = new ModuleSandbox(initialize: false);
        Assert.Equal("RepositoryUrlUnsupported", sandbox.Invoke("Initialize-RekkordRepository gopher://host/path $keyFile").EndingId);
        Assert.False(File.Exists(sandbox.KeyFile));
    }
}

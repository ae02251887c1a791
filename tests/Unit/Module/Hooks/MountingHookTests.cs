namespace Rekkord.Module.Tests.Hooks;

/// <summary>A hook may mount the disk with the repository, check it, and unmount it. Renaming stands for mounting here.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class MountingHookTests
{
    [Theory]
    [InlineData("Invoke-RekkordSave test $source", "PreSave")]
    [InlineData("Invoke-RekkordScan", "PreScan")]
    public void A_repository_that_a_pre_hook_mounts_is_used(string command, string phase)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        Directory.Move(sandbox.Repository, sandbox.Repository + ".disk");
        Directory.CreateDirectory(sandbox.Repository);
        sandbox.ShellHook(phase, "10-mount", "rmdir \"$REKKORD_REPOSITORY\" && mv \"$REKKORD_REPOSITORY.disk\" \"$REKKORD_REPOSITORY\"");

        sandbox.Invoke(command).Clean();

        sandbox.AssertRepositorySound();
    }

    [Fact]
    public void Where_the_pre_hooks_do_not_mount_it_the_save_fails_and_the_post_hooks_run()
    {
        using var sandbox = new ModuleSandbox();
        Directory.Move(sandbox.Repository, sandbox.Repository + ".disk");
        Directory.CreateDirectory(sandbox.Repository);
        sandbox.ShellHook("PreSave", "10-nothing", "exit 0");
        sandbox.LogOutcome();

        var run = sandbox.Save();

        Assert.Equal("NotARepository", run.EndingId);
        Assert.Equal(["PostSave 0"], sandbox.LogLines);
        Assert.Empty(sandbox.RepositoryFiles);
    }

    [Fact]
    public void Without_hooks_it_must_be_there_at_once()
    {
        using var sandbox = new ModuleSandbox();
        Directory.Delete(sandbox.Repository, recursive: true);
        sandbox.ShellHook("PreSave", "10-log", "echo ran >> \"$TEST_LOG\"");

        Assert.Equal("RepositoryNotFound", sandbox.Invoke("Invoke-RekkordSave test $source -SkipHooks -Confirm:$false").EndingId);

        Assert.Empty(sandbox.LogLines);
    }

    [Fact]
    public void Nothing_is_written_to_another_repository_that_a_pre_hook_puts_there()
    {
        using var sandbox = new ModuleSandbox();
        using var other = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-swap", $"rm -r \"$REKKORD_REPOSITORY\" && cp -r '{other.Repository}' \"$REKKORD_REPOSITORY\"");
        sandbox.LogOutcome();

        var run = sandbox.Save();

        Assert.Equal("KeyFileMismatch", run.EndingId);
        Assert.Equal(["PostSave 0"], sandbox.LogLines);
        Assert.Equal(other.RepositoryFiles, sandbox.RepositoryFiles);
    }

    [Theory]
    [InlineData("Invoke-RekkordSave test $source", "PreSave", "PostSave")]
    [InlineData("Invoke-RekkordScan", "PreScan", "PostScan")]
    public void Nothing_keeps_its_disk_busy_while_hooks_run(string command, params string[] phases)
    {
        using var sandbox = new ModuleSandbox();
        foreach (var phase in phases)
            sandbox.ShellHook(phase, "10-unmount", "for file in /proc/$PPID/fd/*; do case \"$(readlink \"$file\")\" in \"$REKKORD_REPOSITORY\"*) exit 16;; esac; done");

        sandbox.Invoke(command).Clean();
    }

    [Fact]
    public void A_copy_of_the_repository_that_a_pre_hook_puts_there_is_the_repository()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-remount", "mv \"$REKKORD_REPOSITORY\" \"$REKKORD_REPOSITORY.disk\" && cp -r \"$REKKORD_REPOSITORY.disk\" \"$REKKORD_REPOSITORY\"");

        Assert.Equal("Succeeded", sandbox.Save().Clean().Save.Text("Status"));

        sandbox.AssertRepositorySound();
    }
}

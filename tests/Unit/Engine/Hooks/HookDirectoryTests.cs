using System.Globalization;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Tests.Hooks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HookDirectoryTests : IDisposable
{
    private readonly HookSandbox _sandbox = new();

    [Theory]
    [InlineData("")]
    [InlineData("tr-TR")]
    [InlineData("da-DK")]
    [InlineData("sv-SE")]
    public void Order_is_by_name_ordinal_ignoring_case_in_every_culture(string culture)
    {
        // Danish sorts "aa" after "z", Turkish has another upper case for "i", and linguistic orders skip over '-'.
        string[] made = ["10-a", "2-b", "aa", "Ab", "B-c", "B", "b", "ba", "I", "i", "IJ", "z", "ä"];
        foreach (var name in made.Reverse())
            _sandbox.AddShell(name, "exit 0");
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal(
                ["10-a", "2-b", "aa", "Ab", "B", "b", "B-c", "ba", "I", "i", "IJ", "z", "ä"],
                Discover().Select(hook => hook.Name));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Order_counts_from_one_without_gaps_for_left_out_names()
    {
        _sandbox.AddShell("a", "");
        _sandbox.AddShell("b.bak", "");
        _sandbox.AddShell("c", "");
        Assert.Equal([(1, "a"), (2, "c")], Discover().Select(hook => (hook.Order, hook.Name)));
    }

    [Theory]
    [InlineData("switched off", ".hidden", "_lib", "a.disabled", "a.sample", "a.md", "a.txt", "README.TXT", "x.sh.disabled")]
    [InlineData("an editor", "dump~", "#a.sh#", ".#a.sh", "a.sh.~1~", "a.swp", "a.swo", "4913", "a.bak", "a.bak2", "a.old", "a.OLD.1", "a.sh.save", "a.sh.save.1", "a.tmp")]
    [InlineData("a patch or merge tool", "a.orig", "a.rej", "a.rej1", "a.sh,v")]
    [InlineData("dpkg and ucf", "a.dpkg-old", "a.dpkg-new", "a.dpkg-dist", "a.dpkg-bak", "a.dpkg-tmp", "a.dpkg-remove", "a.ucf-old", "a.ucf-dist", "a.ucf-new")]
    [InlineData("other package managers", "a.rpmsave", "a.rpmnew", "a.rpmorig", "a.pacnew", "a.pacsave", "a.pacsave.1", "a.apk-new", "a.cfsaved")]
    [InlineData("a copy or download", "a (copy).sh", "a (copy 2).sh", "a (another copy)", "a (3rd copy).sh", "a - Copy.cmd", "a - Copy (2).cmd", "a.part", "a.sync-conflict-20261127-100000-ABCDEFG", "a.sync-conflict-20261127-100000-ABCDEFG.sh")]
    public void What_is_switched_off_or_left_behind_is_no_hook(string by, params string[] names)
    {
        foreach (var name in names)
            _sandbox.AddShell(name, "");
        Assert.True(Discover().Count == 0, $"left behind by {by}, and taken for hooks: {string.Join(", ", Discover().Select(hook => hook.Name))}");
    }

    [Theory]
    [InlineData("txt")]
    [InlineData("a.disabled2")]
    [InlineData("a.bak.sh")]
    [InlineData("tilde~x")]
    [InlineData("4913.sh")]
    [InlineData("#1 dump.sh")]
    [InlineData("50-old.sh")]
    [InlineData("50-save")]
    [InlineData("50-orders (2026).sh")]
    [InlineData("50-dump.v")]
    [InlineData("50-dump.p1")]
    [InlineData("a b;$(touch x)'\"\n é")]
    public void Every_other_name_is_a_hook(string name)
    {
        _sandbox.AddShell(name, "");
        Assert.Equal(name, Assert.Single(Discover()).Name);
    }

    [Fact]
    public void Scripts_of_PowerShell_are_known_by_their_extension_in_any_case()
    {
        _sandbox.AddShell("a.ps1", "");
        _sandbox.AddShell("b.PS1", "");
        _sandbox.AddShell("c.sh", "");
        Assert.Equal([HookKind.ScriptBlock, HookKind.ScriptBlock, HookKind.External], Discover().Select(hook => hook.Kind));
    }

    [Fact]
    public void Subdirectories_and_links_to_directories_are_left_out()
    {
        Directory.CreateDirectory(Path.Combine(_sandbox.DirectoryOf(HookPhase.PreSave), "sub"));
        Directory.CreateSymbolicLink(Path.Combine(_sandbox.DirectoryOf(HookPhase.PreSave), "link"), "/usr");
        Assert.Empty(Discover());
    }

    [Fact]
    public void A_link_to_a_file_is_a_hook_under_the_links_name()
    {
        var target = Path.Combine(Directory.CreateDirectory(_sandbox.PathOf("elsewhere")).FullName, "real");
        File.Move(_sandbox.AddShell("x", "exit 0"), target);
        File.CreateSymbolicLink(Path.Combine(_sandbox.DirectoryOf(HookPhase.PreSave), "10-link"), "../elsewhere/real");
        var hook = Assert.Single(Discover());
        Assert.Equal("10-link", hook.Name);
        Assert.Null(hook.Refusal);
        Assert.True(_sandbox.RunSingle().Succeeded);
    }

    [Fact]
    public void A_dangling_link_is_a_failed_hook()
    {
        File.CreateSymbolicLink(Path.Combine(_sandbox.DirectoryOf(HookPhase.PreSave), "a"), "/nowhere/dump");
        AssertRefused(HookStatus.Failed, "'/nowhere/dump', which does not exist", "rm ");
    }

    [Fact]
    public void A_loop_of_links_is_a_failed_hook()
    {
        var directory = _sandbox.DirectoryOf(HookPhase.PreSave);
        File.CreateSymbolicLink(Path.Combine(directory, "a"), "b");
        File.CreateSymbolicLink(Path.Combine(directory, "b"), "a");
        Assert.Equal(2, Discover().Count);
        Assert.All(Discover(), hook => Assert.Contains("leads back to itself", hook.Refusal!.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_without_execute_permission_is_a_failed_hook_with_the_command_to_fix_it()
    {
        var path = _sandbox.AddShell("dump it.sh", "");
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
        AssertRefused(HookStatus.Failed, "no execute permission", $"chmod +x '{path}'");
    }

    [Fact]
    public void A_PowerShell_script_needs_no_execute_permission()
    {
        File.SetUnixFileMode(_sandbox.AddShell("a.ps1", ""), (UnixFileMode)0b110_100_100);
        Assert.Null(Assert.Single(Discover()).Refusal);
    }

    [Fact]
    public void A_named_pipe_is_a_failed_hook()
    {
        HookSandbox.Execute("mkfifo", "-m", "755", Path.Combine(_sandbox.DirectoryOf(HookPhase.PreSave), "a"));
        AssertRefused(HookStatus.Failed, "not a regular file", "rm ");
    }

    [Fact]
    public void A_name_that_is_not_UTF8_is_a_failed_hook()
    {
        HookSandbox.Execute("sh", "-c", $"printf '#!/bin/sh\\n' > \"$(printf '{_sandbox.DirectoryOf(HookPhase.PreSave)}/a\\377')\"");
        AssertRefused(HookStatus.Failed, "not valid UTF-8", "Rename");
        // .NET cannot name it either.
        HookSandbox.Execute("sh", "-c", $"rm -r '{_sandbox.DirectoryOf(HookPhase.PreSave)}'");
    }

    [Fact]
    public void A_missing_directory_is_an_error_and_not_a_phase_without_hooks()
    {
        _sandbox.Configure(HookPhase.PreSave, _sandbox.PathOf("missing"));
        AssertPhaseFails("HookDirectoryNotFound", "does not exist");
    }

    [Fact]
    public void A_file_in_place_of_the_directory_is_an_error()
    {
        File.WriteAllText(_sandbox.PathOf("file"), "");
        _sandbox.Configure(HookPhase.PreSave, _sandbox.PathOf("file"));
        AssertPhaseFails("HookDirectoryNotADirectory", "not a directory");
    }

    [Fact]
    public void A_directory_that_cannot_be_read_is_an_error()
    {
        File.CreateSymbolicLink(_sandbox.PathOf("loop"), "loop");
        _sandbox.Configure(HookPhase.PreSave, _sandbox.PathOf("loop"));
        AssertPhaseFails("HookDirectoryUnreadable", "cannot be read");
    }

    [Fact]
    public void An_empty_directory_is_a_phase_without_hooks()
    {
        _sandbox.DirectoryOf(HookPhase.PreSave);
        Assert.Empty(Discover());
        Assert.True(_sandbox.Run().Succeeded);
    }

    public void Dispose() => _sandbox.Dispose();

    private IReadOnlyList<Hook> Discover() => HookPlan.Discover(HookPhase.PreSave, _sandbox.Settings).Hooks;

    private void AssertRefused(HookStatus status, string reason, string remedy)
    {
        var refusal = Assert.Single(Discover()).Refusal;
        Assert.NotNull(refusal);
        Assert.Equal(status, refusal.Status);
        Assert.Contains(reason, refusal.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal.Remedy, StringComparison.Ordinal);
        var result = _sandbox.RunSingle();
        Assert.Equal((status, refusal.Reason, refusal.Remedy), (result.Status, result.Reason, result.Remedy));
    }

    private void AssertPhaseFails(string errorId, string message)
    {
        var error = Assert.Throws<RekkordException>(Discover);
        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("[Hooks] PreSaveDirectory", error.Message, StringComparison.Ordinal);
        var phase = _sandbox.Run();
        Assert.False(phase.Succeeded);
        Assert.Equal("PreSaveHookFailed", phase.ToError()!.ErrorId);
    }
}

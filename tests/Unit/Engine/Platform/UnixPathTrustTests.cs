using System.Globalization;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;
using Rekkord.Engine.Tests.Hooks;

namespace Rekkord.Engine.Tests.Platform;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class UnixPathTrustTests : IDisposable
{
    private readonly HookSandbox _sandbox = new();
    private readonly string _hook;

    public UnixPathTrustTests() => _hook = _sandbox.AddShell("it's a hook", "touch ran");

    [Theory]
    [InlineData("757", "o-w")]
    [InlineData("775", null)]
    public void A_hook_that_others_can_write_is_refused_and_one_for_the_owners_own_group_is_not(string mode, string? fix)
    {
        HookSandbox.Execute("chmod", mode, _hook);
        if (fix is null)
            Assert.Null(Refusal());
        else
            AssertRefused("can be changed by every user", $"chmod {fix} '{_hook.Replace("'", @"'\''", StringComparison.Ordinal)}'");
    }

    [RequiresRootFact]
    public void A_hook_that_another_group_can_write_is_refused()
    {
        HookSandbox.Execute("chgrp", "daemon", _hook);
        HookSandbox.Execute("chmod", "775", _hook);
        AssertRefused("can be changed by group daemon", "chmod g-w ");
        HookSandbox.Execute("chmod", "777", _hook);
        AssertRefused("can be changed by every user", "chmod go-w ");
    }

    [RequiresRootFact]
    public void A_hook_of_another_user_is_refused()
    {
        HookSandbox.Execute("chown", "daemon", _hook);
        AssertRefused("belongs to user daemon", "chown root ");
    }

    [RequiresRootFact]
    public void A_hook_of_a_user_without_a_name_is_refused_by_number()
    {
        HookSandbox.Execute("chown", "54321", _hook);
        AssertRefused("belongs to user 54321", "chown root ");
    }

    [Fact]
    public void A_directory_that_others_can_write_is_refused_also_when_it_is_sticky()
    {
        var directory = _sandbox.DirectoryOf(HookPhase.PreSave);
        HookSandbox.Execute("chmod", "777", directory);
        AssertRefused($"'{directory}' can be changed by every user", $"chmod o-w {directory}");
        HookSandbox.Execute("chmod", "1777", directory);
        AssertRefused($"'{directory}' can be changed by every user", $"chmod o-w {directory}");
    }

    [Fact]
    public void A_parent_that_others_can_write_is_refused_unless_it_is_sticky()
    {
        HookSandbox.Execute("chmod", "777", _sandbox.Root);
        AssertRefused($"'{_sandbox.Root}' can be changed by every user", $"chmod o-w {_sandbox.Root}");
        HookSandbox.Execute("chmod", "1777", _sandbox.Root);
        Assert.Null(Refusal());
    }

    [RequiresRootFact]
    public void A_parent_of_another_user_is_refused_also_when_it_is_sticky()
    {
        HookSandbox.Execute("chmod", "1755", _sandbox.Root);
        HookSandbox.Execute("chown", "daemon", _sandbox.Root);
        AssertRefused($"'{_sandbox.Root}' belongs to user daemon", $"chown root {_sandbox.Root}");
    }

    [Fact]
    public void What_a_link_leads_to_is_checked_with_its_directories()
    {
        var elsewhere = Directory.CreateDirectory(_sandbox.PathOf("elsewhere")).FullName;
        var target = Path.Combine(elsewhere, "target");
        File.Move(_hook, target);
        File.CreateSymbolicLink(_hook, "../PreSave/../elsewhere/target");
        Assert.Null(Refusal());
        HookSandbox.Execute("chmod", "o+w", target);
        AssertRefused($"'{target}' can be changed", $"chmod o-w {target}");
        HookSandbox.Execute("chmod", "o-w", target);
        HookSandbox.Execute("chmod", "1777", elsewhere);
        AssertRefused($"'{elsewhere}' can be changed", $"chmod o-w {elsewhere}");
    }

    [Fact]
    public void A_directory_passed_through_by_a_link_is_checked()
    {
        var open = Directory.CreateDirectory(_sandbox.PathOf("open")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(open, "hooks"), _sandbox.DirectoryOf(HookPhase.PreSave));
        _sandbox.Configure(HookPhase.PreSave, Path.Combine(open, "hooks"));
        Assert.Null(Refusal());
        HookSandbox.Execute("chmod", "777", open);
        AssertRefused($"'{open}' can be changed by every user", $"chmod o-w {open}");
    }

    [RequiresRootFact]
    public void A_link_that_belongs_to_another_user_is_refused()
    {
        var target = _sandbox.PathOf("target");
        File.Move(_hook, target);
        File.CreateSymbolicLink(_hook, target);
        HookSandbox.Execute("chown", "-h", "daemon", _hook);
        AssertRefused("belongs to user daemon", "chown -h root ");
    }

    [RequiresProgramFact("setfacl")]
    public void A_group_bit_that_stands_for_an_access_control_list_is_not_the_owners_own()
    {
        HookSandbox.Execute("setfacl", "-m", "u:daemon:rwx", _hook);
        AssertRefused("can be changed by group root", "chmod g-w ");
    }

    [Fact]
    public void The_users_of_a_primary_group_are_found_though_they_are_no_listed_members()
    {
        foreach (var account in File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3 && fields[0] is [not ('#' or '+'), ..]).Take(20))
        {
            var (user, group) = (uint.Parse(account[2], CultureInfo.InvariantCulture), uint.Parse(account[3], CultureInfo.InvariantCulture));
            Assert.Contains(user, AccountDatabase.UsersOfPrimaryGroup(group));
            Assert.DoesNotContain(user, AccountDatabase.UsersOfPrimaryGroup(group + 1_000_000));
        }
    }

    [Fact]
    public void TrustHookPermissions_switches_the_check_off()
    {
        HookSandbox.Execute("chmod", "777", _hook);
        Assert.Equal(HookStatus.Refused, _sandbox.RunSingle().Status);
        Assert.False(File.Exists(_sandbox.PathOf("ran")));
        _sandbox.Settings = _sandbox.Settings with { TrustHookPermissions = true };
        Assert.Equal(HookStatus.Succeeded, _sandbox.RunSingle().Status);
        Assert.True(File.Exists(_sandbox.PathOf("ran")));
    }

    [Fact]
    public void The_command_in_a_refusal_fixes_it_whatever_the_name()
    {
        foreach (var name in new[] { "plain", "-rf", "two words", "quo'te", "dollar$(touch pwned)", "new\nline'\\", "é;" })
        {
            File.Delete(_hook);
            var path = _sandbox.AddShell(name, "");
            HookSandbox.Execute("chmod", "777", path);
            var result = _sandbox.RunSingle();
            Assert.Equal(HookStatus.Refused, result.Status);
            HookSandbox.Execute("bash", "-c", result.Remedy!);
            Assert.Equal(HookStatus.Succeeded, _sandbox.RunSingle().Status);
            File.Delete(path);
        }
    }

    public void Dispose() => _sandbox.Dispose();

    private HookRefusal? Refusal() => Assert.Single(HookPlan.Discover(HookPhase.PreSave, _sandbox.Settings).Hooks).Refusal;

    private void AssertRefused(string reason, string remedy)
    {
        var refusal = Refusal();
        Assert.NotNull(refusal);
        Assert.Equal(HookStatus.Refused, refusal.Status);
        Assert.Contains(reason, refusal.Reason, StringComparison.Ordinal);
        Assert.StartsWith(remedy, refusal.Remedy, StringComparison.Ordinal);
    }
}

using System.Globalization;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Tests.Hooks;

/// <summary>
/// Hooks that are ended from outside. A hook that is to be ended says so through a pipe, and only then is it; that a process has
/// ended is seen in /proc.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ProcessTreeTests : IDisposable
{
    // Long past the end of the test run, when nobody ends it.
    private const string Forever = "sleep 1000";

    private readonly HookSandbox _sandbox = new() { WantsOutput = true };
    private readonly CancellationTokenSource _stop = new();

    [Fact]
    public void Cancellation_ends_a_hook_and_keeps_what_it_wrote()
    {
        var result = CancelWhenReady($"echo before; echo err >&2; echo ready; {Forever}");
        Assert.Equal(HookStatus.Cancelled, result.Status);
        Assert.Equal("SIGTERM", result.Signal);
        Assert.Equal(["before", "ready"], result.Output);
        Assert.Equal(["err"], result.ErrorOutput);
        Assert.Equal("ended because the command was stopped", result.Reason);
    }

    [Fact]
    public void A_hook_may_clean_up_when_it_is_told_to_end()
    {
        var result = CancelWhenReady($"trap 'echo cleaned; exit 7' TERM; echo ready; {Forever} & wait");
        Assert.Equal((HookStatus.Cancelled, 7), (result.Status, result.ExitCode));
        Assert.Equal(["ready", "cleaned"], result.Output);
    }

    [Fact]
    public void A_hook_that_does_not_end_when_told_to_is_ended_by_force()
    {
        var result = CancelWhenReady("trap '' TERM; echo ready; while :; do sleep 1000; done");
        Assert.Equal((HookStatus.Cancelled, "SIGKILL"), (result.Status, result.Signal));
    }

    [Fact]
    public void A_stopped_hook_is_ended_too()
    {
        // The child tells that its parent has stopped itself; there is no other way to know.
        var result = CancelWhenReady("(until grep -q '^State:.T' /proc/$$/status; do :; done; echo ready) & kill -STOP $$");
        Assert.Equal((HookStatus.Cancelled, "SIGTERM"), (result.Status, result.Signal));
    }

    [Theory]
    [InlineData("a child", "sleep 1000 & echo $! > pid")]
    [InlineData("a child in a session of its own", "setsid sh -c 'echo $$ > pid; exec sleep 1000' &")]
    [InlineData("a daemon", "sh -c 'setsid sh -c \"echo \\$\\$ > pid; exec sleep 1000\" </dev/null >/dev/null 2>&1 &'")]
    [InlineData("a daemon that ignores TERM", "sh -c \"setsid sh -c 'trap \\\"\\\" TERM; echo \\$\\$ > pid; exec sleep 1000' >/dev/null 2>&1 &\"")]
    [InlineData("a grandchild that ignores TERM", "sh -c 'trap \"\" TERM; echo $$ > pid; exec sleep 1000' &")]
    public void Nothing_that_a_hook_started_is_left(string what, string start)
    {
        var result = CancelWhenReady($"{start}\nwhile ! [ -s pid ]; do :; done; echo ready; {Forever}");
        Assert.Equal(HookStatus.Cancelled, result.Status);
        Assert.Null(result.Note);
        Assert.False(IsLiving(File.ReadAllText(_sandbox.PathOf("pid")).Trim()), what);
    }

    [Fact]
    public void A_process_of_a_daemon_that_forgot_its_environment_is_found_as_a_descendant()
    {
        var result = CancelWhenReady($"env -i PATH=\"$PATH\" setsid sh -c 'echo $$ > pid; exec sleep 1000' &\nwhile ! [ -s pid ]; do :; done; echo ready; {Forever}");
        Assert.Equal(HookStatus.Cancelled, result.Status);
        Assert.False(IsLiving(File.ReadAllText(_sandbox.PathOf("pid")).Trim()));
    }

    [Fact]
    public void Processes_of_others_are_left_alone()
    {
        using var other = System.Diagnostics.Process.Start("sleep", "1000");
        CancelWhenReady($"echo ready; {Forever}");
        Assert.False(other.HasExited);
        other.Kill();
        other.WaitForExit();
        Assert.Equal(137, other.ExitCode);
    }

    [Fact]
    public void The_time_limit_ends_a_hook_and_the_next_one_still_runs()
    {
        _sandbox.Settings = _sandbox.Settings with { Timeout = TimeSpan.FromMilliseconds(200) };
        _sandbox.AddShell("a", $"echo before; {Forever}");
        _sandbox.AddShell("b", "exit 0");
        var results = _sandbox.Run().Results;
        Assert.Equal([HookStatus.TimedOut, HookStatus.Succeeded], results.Select(result => result.Status));
        Assert.Equal(["before"], results[0].Output);
        Assert.StartsWith("ended because it ran longer than HookTimeout", results[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_years_is_a_limit_that_is_not_reached()
    {
        _sandbox.Settings = _sandbox.Settings with { Timeout = TimeSpan.FromDays(36_500) };
        _sandbox.AddShell("a", "exit 0");
        _sandbox.Add("b.ps1", "");
        _sandbox.Script = (_, _, _, _) => new ScriptHookOutcome { Status = HookStatus.Succeeded };
        Assert.True(_sandbox.Run().Succeeded);
    }

    [Fact]
    public void A_background_process_that_keeps_the_output_open_does_not_hang_the_run()
    {
        _sandbox.AddShell("a", "sleep 1000 & echo $! > pid; echo started");
        var result = _sandbox.RunSingle();
        Assert.Equal((HookStatus.Succeeded, 0), (result.Status, result.ExitCode));
        Assert.Equal(["started"], result.Output);
        Assert.Contains("still had its output open", result.Note, StringComparison.Ordinal);
        // It succeeded, so what it left running is meant to run.
        var pid = File.ReadAllText(_sandbox.PathOf("pid")).Trim();
        Assert.True(IsLiving(pid));
        Kill(pid);
    }

    [Fact]
    public void A_background_process_that_writes_without_end_does_not_hang_the_run()
    {
        _sandbox.WantsOutput = false;
        _sandbox.AddShell("a", "yes & exit 4");
        var result = _sandbox.RunSingle();
        Assert.Equal((HookStatus.Failed, 4), (result.Status, result.ExitCode));
        Assert.NotNull(result.Note);
    }

    [Fact]
    public void A_background_process_with_output_elsewhere_is_not_waited_for()
    {
        _sandbox.AddShell("a", "sleep 1000 >/dev/null 2>&1 & echo $! > pid");
        Assert.Null(_sandbox.RunSingle().Note);
        Kill(File.ReadAllText(_sandbox.PathOf("pid")).Trim());
    }

    [Fact]
    public void After_cancellation_the_hooks_that_follow_are_not_started()
    {
        _sandbox.AddShell("b", "touch ran");
        CancelWhenReady($"echo ready; {Forever}");
        Assert.False(File.Exists(_sandbox.PathOf("ran")));
        Assert.Equal(["started a", "Output ready", "ended a Cancelled", "ended b Cancelled"], _sandbox.Events);
    }

    [Fact]
    public void An_observer_that_throws_leaves_no_process_behind()
    {
        _sandbox.AddShell("a", $"echo $$ > pid; echo ready; {Forever}");
        _sandbox.OnEvent = text =>
        {
            if (text == "Output ready")
                throw new InvalidOperationException("the pipeline has gone");
        };
        Assert.Throws<InvalidOperationException>(() => _sandbox.Run());
        Assert.False(IsLiving(File.ReadAllText(_sandbox.PathOf("pid")).Trim()));
    }

    public void Dispose()
    {
        _stop.Dispose();
        _sandbox.Dispose();
    }

    private HookResult CancelWhenReady(string script)
    {
        _sandbox.AddShell("a", script);
        _sandbox.OnEvent = text =>
        {
            if (text == "Output ready")
                _stop.Cancel();
        };
        return _sandbox.Run(stop: _stop.Token).Results[0];
    }

    // By the shell: the program is not everywhere.
    private static void Kill(string pid) => HookSandbox.Execute("sh", "-c", $"kill {pid}");

    private static bool IsLiving(string pid)
    {
        Assert.True(int.Parse(pid, CultureInfo.InvariantCulture) > 1);
        try
        {
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return status[status.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}

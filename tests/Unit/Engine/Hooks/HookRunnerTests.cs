using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Tests.Hooks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HookRunnerTests : IDisposable
{
    private readonly HookSandbox _sandbox = new();

    [Fact]
    public void All_hooks_of_a_phase_run_in_order_even_after_one_failed()
    {
        _sandbox.AddShell("a", "echo a >> log; exit 3");
        _sandbox.AddShell("b", "echo b >> log");
        _sandbox.AddShell("c", "echo c >> log; kill -9 $$");
        _sandbox.AddShell("d", "echo d >> log");
        var phase = _sandbox.Run();
        Assert.Equal(["a", "b", "c", "d"], File.ReadAllLines(_sandbox.PathOf("log")));
        Assert.Equal(
            [HookStatus.Failed, HookStatus.Succeeded, HookStatus.Failed, HookStatus.Succeeded],
            phase.Results.Select(result => result.Status));
        Assert.False(phase.Succeeded);
    }

    [Fact]
    public void One_error_names_every_hook_that_failed_and_why()
    {
        _sandbox.AddShell("10-ok", "exit 0");
        _sandbox.AddShell("20-dump", "echo 'no space left' >&2; exit 3");
        File.SetUnixFileMode(_sandbox.AddShell("30-plain", ""), UnixFileMode.UserRead);
        HookSandbox.Execute("chmod", "777", _sandbox.AddShell("40-open", ""));
        var error = _sandbox.Run().ToError()!;
        Assert.Equal(("PreSaveHookFailed", RekkordErrorKind.Security), (error.ErrorId, error.Kind));
        Assert.Equal(
            "Nothing was saved. 3 hooks of 4 in phase PreSave did not succeed: '20-dump': exit code 3: no space left; "
            + $"'30-plain': it has no execute permission (chmod +x {_sandbox.DirectoryOf(HookPhase.PreSave)}/30-plain); "
            + $"'40-open': '{_sandbox.DirectoryOf(HookPhase.PreSave)}/40-open' can be changed by every user "
            + $"(chmod o-w {_sandbox.DirectoryOf(HookPhase.PreSave)}/40-open)",
            error.Message);
    }

    [Theory]
    [InlineData(HookPhase.PreSave, "PreSaveHookFailed")]
    [InlineData(HookPhase.PostSave, "PostSaveHookFailed")]
    [InlineData(HookPhase.PreScan, "PreScanHookFailed")]
    [InlineData(HookPhase.PostScan, "PostScanHookFailed")]
    public void Each_phase_has_its_own_directory_and_error(HookPhase phase, string errorId)
    {
        foreach (var each in Enum.GetValues<HookPhase>())
            _sandbox.AddShell("a", $"echo {each}; exit 1", each);
        var result = _sandbox.Run(phase);
        Assert.Equal([phase.ToString()], Assert.Single(result.Results).Output);
        Assert.Equal(errorId, result.ToError()!.ErrorId);
    }

    [Fact]
    public void A_phase_without_a_directory_succeeds()
    {
        var phase = _sandbox.Run(HookPhase.PostScan);
        Assert.True(phase.Succeeded);
        Assert.Empty(phase.Results);
        Assert.Null(phase.ToError());
    }

    [Fact]
    public void SUCCESS_turns_to_0_for_the_hooks_after_one_that_failed()
    {
        foreach (var name in new[] { "a", "b", "c" })
            _sandbox.AddShell(name, "echo \"$SUCCESS\"; [ \"$(basename \"$0\")\" != b ]", HookPhase.PostSave);
        _sandbox.AddShell("d", "echo \"$SUCCESS\"", HookPhase.PostSave);
        Assert.Equal(["1", "1", "0", "0"], _sandbox.Run(HookPhase.PostSave).Results.Select(result => result.Output[0]));
    }

    [Fact]
    public void A_hook_that_is_refused_turns_SUCCESS_to_0_as_well()
    {
        HookSandbox.Execute("chmod", "777", _sandbox.AddShell("a", "", HookPhase.PostSave));
        _sandbox.AddShell("b", "echo \"$SUCCESS\"", HookPhase.PostSave);
        Assert.Equal(["0"], _sandbox.Run(HookPhase.PostSave).Results[1].Output);
    }

    [Fact]
    public void Results_arrive_one_by_one_as_hooks_end()
    {
        _sandbox.AddShell("a", "exit 0");
        _sandbox.AddShell("b", "exit 1");
        List<bool> bStarted = [];
        _sandbox.OnEvent = text =>
        {
            if (text == "ended a Succeeded")
                bStarted.Add(_sandbox.Events.Contains("started b"));
        };
        _sandbox.Run();
        Assert.Equal([false], bStarted);
        Assert.Equal(["started a", "ended a Succeeded", "started b", "ended b Failed"], _sandbox.Events);
    }

    [Fact]
    public void Script_hooks_and_external_hooks_share_one_order_and_see_the_results_before_them()
    {
        _sandbox.AddShell("a", "exit 2");
        _sandbox.Add("b.ps1", "");
        _sandbox.AddShell("c", "exit 0");
        IReadOnlyList<HookResult> seen = [];
        _sandbox.Script = (_, context, environment, _) =>
        {
            seen = context.HookResults;
            Assert.Equal("PreSave", environment.Variables["REKKORD_PHASE"]);
            return new ScriptHookOutcome { Status = HookStatus.Succeeded, Output = [1, "two"], Warnings = ["careful"] };
        };
        var phase = _sandbox.Run();
        Assert.Equal(2, Assert.Single(seen).ExitCode);
        Assert.Equal([HookKind.External, HookKind.ScriptBlock, HookKind.External], phase.Results.Select(result => result.Hook.Kind));
        Assert.Equal([1, "two"], phase.Results[1].Output);
        Assert.Equal(["careful"], phase.Results[1].Warnings);
    }

    [Fact]
    public void A_script_hook_that_outlasts_the_limit_is_stopped_and_reported_as_timed_out()
    {
        _sandbox.Settings = _sandbox.Settings with { Timeout = TimeSpan.FromMilliseconds(50) };
        _sandbox.Add("a.ps1", "");
        _sandbox.Script = (_, _, _, stop) =>
        {
            stop.WaitHandle.WaitOne();
            return new ScriptHookOutcome { Status = HookStatus.Cancelled, Output = ["so far"] };
        };
        var result = _sandbox.RunSingle();
        Assert.Equal(HookStatus.TimedOut, result.Status);
        Assert.Equal(["so far"], result.Output);
    }

    [Fact]
    public void A_script_hook_that_is_cancelled_is_not_reported_as_timed_out()
    {
        using var stop = new CancellationTokenSource();
        _sandbox.Add("a.ps1", "");
        _sandbox.Script = (_, _, _, token) =>
        {
            stop.Cancel();
            token.ThrowIfCancellationRequested();
            return new ScriptHookOutcome { Status = HookStatus.Succeeded };
        };
        Assert.Equal(HookStatus.Cancelled, _sandbox.RunSingle(stop.Token).Status);
    }

    [Fact]
    public void An_executor_that_throws_is_a_failed_hook_and_the_next_one_runs()
    {
        _sandbox.Add("a.ps1", "");
        _sandbox.AddShell("b", "exit 0");
        _sandbox.Script = (_, _, _, _) => throw new InvalidOperationException("the runspace\nis busy");
        var results = _sandbox.Run().Results;
        Assert.Equal((HookStatus.Failed, "the runspace is busy"), (results[0].Status, results[0].Reason));
        Assert.True(results[1].Succeeded);
    }

    [Fact]
    public void A_hook_added_by_the_hook_before_it_belongs_to_the_next_run()
    {
        _sandbox.AddShell("a", "cp \"$0\" \"$(dirname \"$0\")/b\"");
        Assert.Single(_sandbox.Run().Results);
        Assert.Equal(2, _sandbox.Run().Results.Count);
    }

    [Fact]
    public void What_a_snapshot_keeps_of_a_hook_is_name_status_exit_code_and_duration()
    {
        _sandbox.AddShell("a", "exit 3");
        var result = _sandbox.RunSingle();
        Assert.Equal(new HookRecord("a", HookStatus.Failed, 3, result.Duration), result.ToRecord());
    }

    public void Dispose() => _sandbox.Dispose();
}

using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Tests.Hooks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HookedCommandTests : IDisposable
{
    private const string Tell = "echo \"$SUCCESS $REKKORD_OUTCOME $REKKORD_SNAPSHOT $REKKORD_ERROR\" > post";

    private readonly HookSandbox _sandbox = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopPostHooks = new();
    private IReadOnlyList<HookRecord>? _records;

    [Fact]
    public void After_success_post_hooks_see_SUCCESS_1_and_the_snapshot()
    {
        _sandbox.AddShell("pre", "exit 0");
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        var outcome = Run(() => Result(succeeded: true));
        Assert.True(outcome.Succeeded);
        Assert.Empty(outcome.Errors);
        Assert.Equal("1 success ab12 ", Told());
        Assert.Equal(["pre", "post"], outcome.HookResults.Select(result => result.Hook.Name));
        Assert.Equal("pre", Assert.Single(_records!).Name);
    }

    [Fact]
    public void After_a_partial_success_post_hooks_see_SUCCESS_0_and_the_snapshot()
    {
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        var outcome = Run(() => Result(succeeded: false, "cannot read /x"));
        Assert.False(outcome.Succeeded);
        Assert.Empty(outcome.Errors);
        Assert.Equal("0 partial ab12 cannot read /x", Told());
    }

    [Fact]
    public void After_a_failure_post_hooks_see_SUCCESS_0_and_the_error()
    {
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        var failure = new RekkordException("RepositoryNotFound", RekkordErrorKind.NotFound, "There is no repository.");
        var outcome = Run(() => throw failure);
        Assert.Same(failure, Assert.Single(outcome.Errors));
        Assert.Equal("0 failure  There is no repository.", Told());
    }

    [Fact]
    public void After_an_exception_nobody_foresaw_post_hooks_run_as_well()
    {
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        var outcome = Run(() => throw new InvalidCastException("surprise"));
        Assert.IsType<InvalidCastException>(Assert.Single(outcome.Errors));
        Assert.Equal("0 failure  surprise", Told());
    }

    [Fact]
    public void When_a_pre_hook_failed_the_action_does_not_run_and_neither_do_post_hooks()
    {
        _sandbox.AddShell("pre", "exit 1");
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        var outcome = Run(NotReached);
        Assert.Null(outcome.Post);
        Assert.Null(outcome.Action);
        Assert.False(File.Exists(_sandbox.PathOf("post")));
        Assert.Equal("PreSaveHookFailed", ErrorId(Assert.Single(outcome.Errors)));
    }

    [Fact]
    public void Post_hooks_run_after_a_failed_pre_phase_when_that_is_asked_for()
    {
        _sandbox.Settings = _sandbox.Settings with { RunPostHooksAfterPreFailure = true };
        _sandbox.AddShell("pre", "echo broken >&2; exit 1");
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        var outcome = Run(NotReached);
        Assert.Equal("PreSaveHookFailed", ErrorId(Assert.Single(outcome.Errors)));
        Assert.StartsWith("0 failure  Nothing was saved. 1 hook of 1 in phase PreSave did not succeed: 'pre': exit code 1: broken", Told(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_pre_directory_stops_the_action()
    {
        _sandbox.Configure(HookPhase.PreSave, _sandbox.PathOf("missing"));
        var error = Assert.IsType<RekkordException>(Assert.Single(Run(NotReached).Errors));
        Assert.Equal(("PreSaveHookFailed", RekkordErrorKind.NotFound), (error.ErrorId, error.Kind));
        Assert.StartsWith("Nothing was saved. The hook directory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_post_hook_is_an_error_and_the_action_keeps_its_result()
    {
        _sandbox.AddShell("post", "exit 5", HookPhase.PostSave);
        var outcome = Run(() => Result(succeeded: true));
        Assert.Equal("ab12", outcome.Action!.Snapshot);
        Assert.False(outcome.Succeeded);
        Assert.Equal("PostSaveHookFailed", ErrorId(Assert.Single(outcome.Errors)));
    }

    [Fact]
    public void A_missing_post_directory_is_an_error_after_the_action()
    {
        _sandbox.Configure(HookPhase.PostSave, _sandbox.PathOf("missing"));
        var outcome = Run(() => Result(succeeded: true));
        Assert.NotNull(outcome.Action);
        Assert.Equal("PostSaveHookFailed", ErrorId(Assert.Single(outcome.Errors)));
    }

    [Fact]
    public void When_the_action_and_a_post_hook_fail_both_are_reported_in_order()
    {
        _sandbox.AddShell("post", "exit 5", HookPhase.PostSave);
        var outcome = Run(() => throw new RekkordException("SourceNotFound", RekkordErrorKind.NotFound, "gone"));
        Assert.Equal(["SourceNotFound", "PostSaveHookFailed"], outcome.Errors.Select(ErrorId));
    }

    [Fact]
    public void Post_hooks_run_after_a_cancelled_action_with_SUCCESS_0()
    {
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        var outcome = Run(() =>
        {
            _stop.Cancel();
            throw new OperationCanceledException(_stop.Token);
        });
        Assert.True(outcome.Cancelled);
        Assert.Empty(outcome.Errors);
        Assert.Equal("0 cancelled  The command was stopped.", Told());
    }

    [Fact]
    public void Post_hooks_run_after_a_cancelled_pre_hook_and_the_action_does_not()
    {
        _sandbox.WantsOutput = true;
        _sandbox.AddShell("pre", "echo ready; sleep 1000");
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        _sandbox.OnEvent = text =>
        {
            if (text == "Output ready")
                _stop.Cancel();
        };
        var outcome = Run(NotReached);
        Assert.True(outcome.Cancelled);
        Assert.Empty(outcome.Errors);
        Assert.Equal([HookStatus.Cancelled, HookStatus.Succeeded], outcome.HookResults.Select(result => result.Status));
        Assert.Equal("0 cancelled  The command was stopped.", Told());
    }

    [Fact]
    public void The_first_cancellation_in_a_post_hook_ends_that_one_and_runs_the_others_with_SUCCESS_0()
    {
        _sandbox.WantsOutput = true;
        _sandbox.AddShell("10-slow", "echo ready; sleep 1000", HookPhase.PostSave);
        _sandbox.AddShell("20-next", Tell, HookPhase.PostSave);
        _sandbox.OnEvent = text =>
        {
            if (text == "Output ready")
                _stop.Cancel();
        };
        var outcome = Run(() => Result(succeeded: true));
        Assert.Equal([HookStatus.Cancelled, HookStatus.Succeeded], outcome.Post!.Results.Select(result => result.Status));
        Assert.Equal("0 failure ab12 ", Told());
    }

    [Fact]
    public void The_second_cancellation_in_the_post_hooks_starts_no_more_of_them()
    {
        _sandbox.WantsOutput = true;
        foreach (var name in new[] { "10-slow", "20-slow", "30-last" })
            _sandbox.AddShell(name, "echo ready; sleep 1000", HookPhase.PostSave);
        var tokens = new Queue<CancellationTokenSource>([_stop, _stopPostHooks]);
        _sandbox.OnEvent = text =>
        {
            if (text == "Output ready")
                tokens.Dequeue().Cancel();
        };
        var outcome = Run(() => Result(succeeded: true));
        Assert.All(outcome.Post!.Results, result => Assert.Equal(HookStatus.Cancelled, result.Status));
        Assert.Equal(["", "", "not started: the command was stopped"], outcome.Post.Results.Select(result => result.Reason!.StartsWith("not", StringComparison.Ordinal) ? result.Reason : ""));
        Assert.Equal("ab12", outcome.Action!.Snapshot);
    }

    [Fact]
    public void A_second_cancellation_ends_the_post_hooks()
    {
        _sandbox.WantsOutput = true;
        _sandbox.AddShell("post", "echo ready; sleep 1000", HookPhase.PostSave);
        _sandbox.OnEvent = text =>
        {
            if (text == "Output ready")
                _stopPostHooks.Cancel();
        };
        var outcome = Run(() =>
        {
            _stop.Cancel();
            throw new OperationCanceledException(_stop.Token);
        });
        Assert.Equal(HookStatus.Cancelled, Assert.Single(outcome.Post!.Results).Status);
    }

    [Fact]
    public void Cancelled_before_anything_ran_nothing_runs()
    {
        _sandbox.AddShell("post", Tell, HookPhase.PostSave);
        _stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => Run(NotReached));
        Assert.False(File.Exists(_sandbox.PathOf("post")));
    }

    [Fact]
    public void A_scan_runs_the_hooks_of_the_scan()
    {
        foreach (var phase in Enum.GetValues<HookPhase>())
            _sandbox.AddShell("a", $"echo {phase} >> log", phase);
        Run(() => Result(succeeded: true), HookPhase.PreScan);
        Assert.Equal(["PreScan", "PostScan"], File.ReadAllLines(_sandbox.PathOf("log")));
    }

    public void Dispose()
    {
        _stop.Dispose();
        _stopPostHooks.Dispose();
        _sandbox.Dispose();
    }

    private HookedOutcome<string> Run(Func<HookedActionResult<string>> action, HookPhase phase = HookPhase.PreSave) =>
        new HookedCommand(_sandbox.Runner, _sandbox.Settings).Run(
            new HookContext { Phase = phase, Channel = "home" },
            (records, _) =>
            {
                _records = records;
                return action();
            },
            _stop.Token,
            _stopPostHooks.Token);

    private static HookedActionResult<string> Result(bool succeeded, params string[] errors) => new("value", succeeded, "ab12", errors);

    private static HookedActionResult<string> NotReached() => throw new InvalidOperationException("The action ran.");

    private string Told() => File.ReadAllText(_sandbox.PathOf("post")).TrimEnd('\n');

    private static string ErrorId(Exception error) => Assert.IsType<RekkordException>(error).ErrorId;
}

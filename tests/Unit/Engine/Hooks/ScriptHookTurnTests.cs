using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Tests.Hooks;

/// <summary>The one environment of this process, while a script hook has it.</summary>
[Collection(nameof(InheritedEnvironmentTests))]
public sealed class ScriptHookTurnTests
{
    private static readonly Hook Script = new(HookPhase.PostSave, 1, "10.ps1", "/hooks/10.ps1", HookKind.ScriptBlock);

    private static readonly HookEnvironment Told = new HookContext
    {
        Phase = HookPhase.PostSave, Channel = "inner", Repository = "/told", ConfigFile = "/told.toml", Outcome = HookOutcome.Success,
    }.CreateEnvironment();

    [Fact]
    public async Task What_does_not_belong_to_the_hook_sees_the_environment_as_it_was_before()
    {
        using var turn = ScriptHookTurn.Wait(CancellationToken.None);
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var looked = new SemaphoreSlim(0);
        var hook = Task.Run(() => ScriptHookTurn.Run(Script, Told, () =>
        {
            Environment.SetEnvironmentVariable("REKKORD_TEST_OF_HOOK", "a secret of its own");
            inside.SetResult();
            Assert.True(looked.Wait(TimeSpan.FromMinutes(1)));
            return (ProcessEnvironment.Get("REKKORD_CHANNEL"), ProcessEnvironment.Get("REKKORD_TEST_OF_HOOK"), ScriptHookTurn.OwnPhase);
        }));

        await inside.Task;
        Assert.Null(ProcessEnvironment.Get("REKKORD_CHANNEL"));
        Assert.Null(ProcessEnvironment.Get("REKKORD_TEST_OF_HOOK"));
        Assert.Null(ScriptHookTurn.OwnPhase);
        Assert.DoesNotContain("REKKORD_TEST_OF_HOOK", ProcessEnvironment.GetAll().Keys);
        Assert.Equal("PostSave hook '10.ps1'", ScriptHookTurn.Running);
        looked.Release();

        Assert.Equal(("inner", "a secret of its own", HookPhase.PostSave), await hook);
        Assert.Null(Environment.GetEnvironmentVariable("REKKORD_CHANNEL"));
        Assert.Null(Environment.GetEnvironmentVariable("REKKORD_TEST_OF_HOOK"));
        Assert.Null(ScriptHookTurn.Running);
    }

    [Fact]
    public void What_a_hook_starts_on_threads_of_its_own_belongs_to_it()
    {
        using var turn = ScriptHookTurn.Wait(CancellationToken.None);
        string? channel = null;
        ScriptHookTurn.Run(Script, Told, () =>
        {
            var thread = new Thread(() => channel = ProcessEnvironment.Get("REKKORD_CHANNEL"));
            thread.Start();
            thread.Join();
            return true;
        });
        Assert.Equal("inner", channel);
    }

    [Fact]
    public void What_a_hook_is_told_does_not_configure_a_command_and_what_it_sets_itself_does()
    {
        using var turn = ScriptHookTurn.Wait(CancellationToken.None);
        ScriptHookTurn.Run(Script, Told, () =>
        {
            Assert.Equal("/told", Environment.GetEnvironmentVariable("REKKORD_REPOSITORY"));
            Assert.Null(HookVariables.ReadSetting("REKKORD_REPOSITORY"));
            Assert.Null(HookVariables.ReadSetting("REKKORD_CONFIG_FILE"));
            Environment.SetEnvironmentVariable("REKKORD_REPOSITORY", "/other");
            Assert.Equal("/other", HookVariables.ReadSetting("REKKORD_REPOSITORY"));
            Assert.Null(HookVariables.ReadSetting("REKKORD_CONFIG_FILE"));
            return true;
        });
    }

    [Fact]
    public async Task One_script_hook_runs_at_a_time_and_the_wait_for_it_can_be_stopped()
    {
        using var turn = ScriptHookTurn.Wait(CancellationToken.None);
        Assert.Null(ScriptHookTurn.Wait(new CancellationToken(canceled: true)));
        var next = Task.Run(() => ScriptHookTurn.Wait(CancellationToken.None));
        Assert.False(next.IsCompleted);
        turn!.Dispose();
        (await next)!.Dispose();
    }
}

using System.Management.Automation;
using Rekkord.Cmdlets.Hooks;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Reporting;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Runs the hooks of one phase alone, to rehearse them.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RekkordHook", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordHookResult))]
public sealed class InvokeRekkordHookCommand : ConfigurationCommand
{
    /// <summary>The phase.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public RekkordHookPhase Phase { get; set; }

    /// <summary>What post hooks are told of the save or scan.</summary>
    [Parameter]
    public RekkordHookOutcome Outcome { get; set; } = RekkordHookOutcome.Success;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var config = LoadConfig();
        RunJob(config, "hook", Phase.ToString(), job => RunHooks(config, job));
    });

    private void RunHooks(RekkordConfig config, JobReporter job)
    {
        var settings = config.Hooks.ToHookSettings();
        var phase = (HookPhase)Phase;
        HookNesting.ThrowIfInsideHook(settings, phase);
        var plan = HookPlan.Discover(phase, settings);
        if (!ShouldProcess($"{plan.Hooks.Count} hooks of phase {Phase}: {string.Join(", ", plan.Hooks.Select(hook => hook.Name))}", "Run hooks"))
            return;

        var isPost = phase is HookPhase.PostSave or HookPhase.PostScan;
        var context = new HookContext
        {
            Phase = phase,
            Repository = config.Repository.Url.Value,
            ConfigFile = config.ConfigFile,
            Outcome = isPost ? (HookOutcome)Outcome : null,
            Errors = isPost && Outcome != RekkordHookOutcome.Success ? [$"Rehearsal of outcome {Outcome}."] : [],
        };
        var directory = CurrentDirectory;
        var verbose = IsVerbose;
        HookReporter? reporter = null;
        var result = RunOperation(
            pump =>
            {
                reporter = new HookReporter(this, pump, verbose);
                return new HookRunner(settings, new ScriptHookExecutor(this, pump, directory), reporter, directory).Run(context, StopToken);
            },
            () => reporter?.DescribeProgress(MyInvocation.MyCommand.Name) ?? []);
        var error = result.ToError(isRehearsal: true);
        EndJob(job, report => report with
        {
            Outcome = result.Cancelled ? JobOutcome.Cancelled : error is null ? JobOutcome.Success : JobOutcome.Failure,
            ErrorCount = error is null ? 0 : 1,
            Error = error?.Message,
        });
        if (error is not null)
            throw error;
        ThrowIfWriteFailed();
    }
}

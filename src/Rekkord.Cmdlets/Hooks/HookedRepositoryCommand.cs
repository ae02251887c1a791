using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Reporting;
using Rekkord.Engine.Repository;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>What save and scan share: an action between two hook phases, its result after all of them, its errors last.</summary>
public abstract class HookedRepositoryCommand : RepositoryCommand
{
    private readonly CancellationTokenSource _stopPostHooks = new();
    private ConsoleCancelEventHandler? _secondInterrupt;

    /// <summary>Leaves the hooks out. A save without its dump hooks may miss what matters most, so this asks first.</summary>
    [Parameter]
    public SwitchParameter SkipHooks { get; set; }

    /// <inheritdoc/>
    internal override void RequestStop()
    {
        // PowerShell tells of the first Ctrl-C only; the post hooks that then run can be ended with a second one.
        ConsoleCancelEventHandler handler = (_, _) => _stopPostHooks.Cancel();
        if (Interlocked.CompareExchange(ref _secondInterrupt, handler, null) is null)
            Console.CancelKeyPress += handler;
        base.RequestStop();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_secondInterrupt is not null)
                Console.CancelKeyPress -= _secondInterrupt;
            _stopPostHooks.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Whether the hooks are to run; asks when they are to be left out.</summary>
    /// <returns>Null when the user, asked, does not want to go on.</returns>
    private protected bool? DecideHooks(HookSettings settings)
    {
        if (!SkipHooks)
            return true;
        var configured = settings.Directories.Count > 0;
        var confirmGiven = MyInvocation.BoundParameters.TryGetValue("Confirm", out var confirm);
        var asks = confirmGiven
            ? ((SwitchParameter)confirm!).ToBool()
            : !string.Equals(GetVariableValue("ConfirmPreference")?.ToString(), "None", StringComparison.OrdinalIgnoreCase);
        if (!configured || !asks || IsWhatIf)
            return false;
        return ShouldContinue("Go on without the configured hooks? What they dump is then missing or old.", "Skip hooks") ? false : null;
    }

    /// <summary>
    /// Looks at the repository before any hook runs: a command that cannot do its work must not stop a service first. It may be missing
    /// where there are hooks: a pre hook can mount it, and the post hooks are to tell that the disk is away.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="permission">What the command needs the keyfile for.</param>
    /// <param name="prePhase">The command's pre phase; null when no hooks run.</param>
    /// <param name="require">Checks what the command needs of it.</param>
    private protected AwaitedRepository AwaitRepository(RekkordConfig config, KeyPermission permission, HookPhase? prePhase, Action<RepositoryAccess> require)
    {
        var (url, keys) = ReadKeys(config, permission);
        var repository = new AwaitedRepository(url, keys) { Options = CreateStoreOptions(config) };
        try
        {
            // Reading and restoring go on without the protection that is asked for; what relies on it does not.
            config.Protection.RequireEffect(ObjectStore.MayRetain(url));
            var directories = config.Hooks.ToHookSettings().Directories;
            var hasHooks = prePhase is { } phase && (directories.ContainsKey(phase) || directories.ContainsKey(phase.ToPost()));
            if (!repository.Examine(mayBeMissing: hasHooks, require, StopToken))
                WriteVerbose($"There is no repository at '{repository.Location}'. The command looks for it again after the {prePhase} hooks.");
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    /// <summary>Prints which hooks a phase would run.</summary>
    private protected void WritePlan(HookSettings settings, HookPhase phase)
    {
        foreach (var hook in HookPlan.Discover(phase, settings).Hooks)
        {
            Host.UI.WriteLine(hook.Refusal is { } refusal
                ? $"What if: The {phase} hook \"{hook.Name}\" would fail: {refusal.Reason}{(refusal.Remedy is null ? "" : $" ({refusal.Remedy})")}"
                : $"What if: Running the {phase} hook \"{hook.Name}\".");
        }
    }

    /// <summary>Runs the phases around an action and writes everything.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="job">Reports what comes of it.</param>
    /// <param name="context">What hooks are told.</param>
    /// <param name="useHooks">Whether there are any.</param>
    /// <param name="action">The action; it gets the pump to write through and the hooks to record.</param>
    /// <param name="describe">Makes the command's result object, with the hook results.</param>
    /// <param name="measure">Adds to the report what the action counted.</param>
    /// <param name="progress">How far the action is; null while it has not begun.</param>
    /// <param name="describeStop">Says what is kept of an action that was stopped; null when that is nothing.</param>
    private protected void RunHooked<T>(
        RekkordConfig config,
        JobReporter job,
        HookContext context,
        bool useHooks,
        Func<PipelinePump, IReadOnlyList<HookRecord>, CancellationToken, HookedActionResult<T>> action,
        Func<T, RekkordHookResult[], object> describe,
        Func<T, JobReport, JobReport> measure,
        Func<ProgressRecord?> progress,
        Func<string?> describeStop)
        where T : class
    {
        var settings = useHooks ? config.Hooks.ToHookSettings() : new HookSettings();
        var directory = CurrentDirectory;
        var verbose = IsVerbose;
        var errors = new List<Exception>();
        object? written = null;
        HookReporter? reporter = null;
        var outcome = RunOperation(
            pump =>
            {
                reporter = new HookReporter(this, pump, verbose);
                var runner = new HookRunner(settings, new ScriptHookExecutor(this, pump, directory), reporter, directory);
                var done = new HookedCommand(runner, settings).Run(
                    context, (records, stop) => action(pump, records, stop), StopToken, _stopPostHooks.Token);
                if (done.Action is { } made)
                {
                    written = describe(made.Value, [.. reporter.Results]);
                    pump.PostObject(() => WriteObject(written));
                }

                errors.AddRange(done.Errors);
                return done;
            },
            () => reporter?.DescribeProgress(MyInvocation.MyCommand.Name) ?? (progress() is { } record ? [record] : []));

        EndJob(job, report => Complete(report, outcome, measure));
        if (outcome.Cancelled || Stopping || StopToken.IsCancellationRequested)
        {
            // A stopped pipeline takes no more errors, but people must still see that a service was not started again.
            foreach (var error in errors)
                Host.UI.WriteErrorLine(error.Message);
            if (outcome.Cancelled && describeStop() is { } kept)
                Host.UI.WriteWarningLine(kept);
            throw new PipelineStoppedException();
        }

        // Several errors end the command together, so that none hides another. What was made is in there: '$r = Invoke-RekkordSave …' gets nothing.
        if (errors.Count > 0)
            EndWith(ErrorRecords.Combine(errors, written));
        ThrowIfWriteFailed();
    }

    private static JobReport Complete<T>(JobReport report, HookedOutcome<T> outcome, Func<T, JobReport, JobReport> measure)
        where T : class
    {
        var errors = outcome.Errors;
        var found = outcome.Action?.Errors ?? [];
        var ended = report with
        {
            Outcome = outcome switch
            {
                { Cancelled: true } => JobOutcome.Cancelled,
                { Succeeded: true } => JobOutcome.Success,
                { Action.Snapshot: not null } when errors.Count == 0 => JobOutcome.Partial,
                _ => JobOutcome.Failure,
            },
            Snapshot = outcome.Action?.Snapshot,
            ErrorCount = errors.Count + found.Count,
            Error = errors.Count > 0 ? errors[0].Message : found.Count > 0 ? found[0] : null,
        };
        return outcome.Action is { } made ? measure(made.Value, ended) : ended;
    }
}

using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>How a phase ended.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Results">The result of each hook, in order.</param>
/// <param name="DirectoryError">Why the phase's directory could not be used, in which case no hook ran; otherwise null.</param>
public sealed record HookPhaseResult(HookPhase Phase, IReadOnlyList<HookResult> Results, RekkordException? DirectoryError = null)
{
    /// <summary>Whether every hook succeeded.</summary>
    public bool Succeeded => DirectoryError is null && Results.All(result => result.Succeeded);

    /// <summary>Whether the phase was stopped by cancellation before all its hooks had run.</summary>
    public bool Cancelled => Results.Any(result => result.Status == HookStatus.Cancelled);

    /// <summary>
    /// The one error of a phase that did not succeed, which names every hook that failed and why; null when it succeeded.
    /// Its identifier is <c>PreSaveHookFailed</c>, <c>PostSaveHookFailed</c>, <c>PreScanHookFailed</c> or <c>PostScanHookFailed</c>.
    /// </summary>
    /// <param name="isRehearsal">Whether the phase ran by itself, without a save or scan; the error says then what would come of one.</param>
    public RekkordException? ToError(bool isRehearsal = false)
    {
        if (Succeeded)
            return null;
        var consequence = isRehearsal ? RehearsedConsequence : Consequence;
        if (DirectoryError is not null)
        {
            return new RekkordException(Phase.FailureErrorId(), DirectoryError.Kind,
                $"{consequence} {DirectoryError.Message}", DirectoryError.Target, DirectoryError);
        }

        var failed = Results.Where(result => !result.Succeeded).ToList();
        var each = failed.Select(result =>
            $"'{OneLine.From(result.Hook.Name, 255)}': {result.Reason?.TrimEnd('.')}{(result.Remedy is null ? "" : $" ({result.Remedy})")}");
        var count = failed.Count == 1 ? "1 hook" : $"{failed.Count} hooks";
        var kind = failed.TrueForAll(result => result.Status == HookStatus.Cancelled) ? RekkordErrorKind.Stopped
            : failed.Exists(result => result.Status == HookStatus.Refused) ? RekkordErrorKind.Security
            : RekkordErrorKind.InvalidOperation;
        return new RekkordException(Phase.FailureErrorId(), kind,
            $"{consequence} {count} of {Results.Count} in phase {Phase} did not succeed: {string.Join("; ", each)}",
            string.Join(", ", failed.Select(result => result.Hook.Path)));
    }

    private string Consequence => Phase switch
    {
        HookPhase.PreSave => "Nothing was saved.",
        HookPhase.PreScan => "Nothing was scanned.",
        HookPhase.PostSave => "The save itself had ended.",
        _ => "The scan itself had ended.",
    };

    private string RehearsedConsequence => Phase switch
    {
        HookPhase.PreSave => "A save would stop here, with nothing saved.",
        HookPhase.PreScan => "A scan would stop here, with nothing scanned.",
        HookPhase.PostSave => "A save would finish and then report this.",
        _ => "A scan would finish and then report this.",
    };
}

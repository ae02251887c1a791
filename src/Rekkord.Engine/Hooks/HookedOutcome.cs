using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Hooks;

/// <summary>Everything that came of a command run with its hooks.</summary>
/// <typeparam name="T">The save's or scan's own result.</typeparam>
public sealed record HookedOutcome<T>
{
    /// <summary>The pre phase; null when it was left out.</summary>
    public HookPhaseResult? Pre { get; init; }

    /// <summary>The post phase; null when it did not run.</summary>
    public HookPhaseResult? Post { get; init; }

    /// <summary>What the action returned; null when it did not run or threw.</summary>
    public HookedActionResult<T>? Action { get; init; }

    /// <summary>What the action threw (never an <see cref="OperationCanceledException"/> of the command's own cancellation).</summary>
    public Exception? ActionError { get; init; }

    /// <summary>Whether the command was stopped, in the pre phase or in the action.</summary>
    public bool Cancelled { get; init; }

    /// <summary>The result of every hook of both phases, in order.</summary>
    public IReadOnlyList<HookResult> HookResults => [.. Pre?.Results ?? [], .. Post?.Results ?? []];

    /// <summary>
    /// The errors to raise, in the order in which they happened: the pre phase's, the action's, the post phase's. The command's
    /// result is written before them. Cancellation is not among them.
    /// </summary>
    public IReadOnlyList<Exception> Errors
    {
        get
        {
            List<Exception> errors = [];
            // Stopping the hook is what the user asked for, and not an error of the hook's.
            if (Pre?.ToError() is { Kind: not RekkordErrorKind.Stopped } pre)
                errors.Add(pre);
            if (ActionError is not null)
                errors.Add(ActionError);
            if (Post?.ToError() is { } post)
                errors.Add(post);
            return errors;
        }
    }

    /// <summary>Whether the action and all hooks succeeded.</summary>
    public bool Succeeded => !Cancelled && Errors.Count == 0 && Action is { Succeeded: true };
}

/// <summary>What the action between the two phases came to, when it did not throw.</summary>
/// <typeparam name="T">The save's or scan's own result.</typeparam>
/// <param name="Value">That result.</param>
/// <param name="Succeeded">
/// False when it ended but not well (a partial save, a scan with findings): post hooks see <c>SUCCESS=0</c>.
/// </param>
/// <param name="Snapshot">The object ID of the snapshot, if one was made.</param>
/// <param name="Errors">What went wrong, one line each.</param>
public sealed record HookedActionResult<T>(T Value, bool Succeeded, string? Snapshot, IReadOnlyList<string> Errors);

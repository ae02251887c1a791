using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>
/// Runs <c>.ps1</c> hooks inside the PowerShell session the command was called from. The engine knows nothing of PowerShell; the
/// one who calls it brings this.
/// </summary>
public interface IScriptHookExecutor
{
    /// <summary>
    /// Runs one script and waits for it. Called from the thread that runs the phase; the executor goes over to the pipeline thread
    /// itself. Environment (see <see cref="ScriptHookTurn.Run"/>) and location are as before when it returns, also after a failure.
    /// </summary>
    /// <param name="hook">The script.</param>
    /// <param name="context">What it is told.</param>
    /// <param name="environment">The variables to set and remove while it runs.</param>
    /// <param name="stop">
    /// Ends the script, for the time limit and for cancellation alike; what it wrote so far is still returned, with
    /// <see cref="HookStatus.Cancelled"/>.
    /// </param>
    ScriptHookOutcome Run(Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop);
}

/// <summary>What running a <c>.ps1</c> hook came to, as its executor saw it.</summary>
public sealed record ScriptHookOutcome
{
    /// <summary>
    /// <see cref="HookStatus.Succeeded"/>, <see cref="HookStatus.Failed"/>, or <see cref="HookStatus.Cancelled"/> when it was
    /// stopped through its token (the runner knows whether that was the time limit).
    /// </summary>
    public required HookStatus Status { get; init; }

    /// <summary>The code of an <c>exit</c> statement; null when there was none.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it failed, in one line; null after success.</summary>
    public string? Reason { get; init; }

    /// <summary>What puts it right, where that is known.</summary>
    public string? Remedy { get; init; }

    /// <summary>The objects it emitted.</summary>
    public IReadOnlyList<object?> Output { get; init; } = [];

    /// <summary>Its error records.</summary>
    public IReadOnlyList<object?> ErrorOutput { get; init; } = [];

    /// <summary>Its warning records.</summary>
    public IReadOnlyList<object?> Warnings { get; init; } = [];

    /// <summary>Its verbose records.</summary>
    public IReadOnlyList<object?> Verbose { get; init; } = [];

    /// <summary>Its information records.</summary>
    public IReadOnlyList<object?> Information { get; init; } = [];

    /// <summary>What is worth knowing whatever its status; null when nothing is.</summary>
    public string? Note { get; init; }

    /// <summary>How many bytes of <see cref="Output"/> were not kept.</summary>
    public long OutputDropped { get; init; }

    /// <summary>How many bytes of <see cref="ErrorOutput"/> were not kept.</summary>
    public long ErrorOutputDropped { get; init; }
}

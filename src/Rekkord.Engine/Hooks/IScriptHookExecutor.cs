using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks;

/// <summary>
/// Runs <c>.ps1</c> hooks inside the PowerShell session the command was called from. The engine knows nothing of PowerShell; the
/// one who calls it brings this.
/// </summary>
public interface IScriptHookExecutor
{
    /// <summary>
    /// Runs one script and waits for it. Called from the thread that runs the phase; the executor goes over to the pipeline thread
    /// itself. Environment (see <see cref="ProcessEnvironment.Lend"/>) and location are as before when it returns, also after a failure.
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

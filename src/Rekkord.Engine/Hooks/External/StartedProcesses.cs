using System.Diagnostics;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// The programs that a script hook started. Whoever stops a script ends the one program that it waits for, and then waits for
/// everybody who still holds the output of that one open: the programs that it started in turn. They are found by the run's
/// identifier in their environment, on Linux; elsewhere none are found.
/// </summary>
/// <param name="runId">The value of <see cref="HookVariables.RunId"/>.</param>
internal sealed class StartedProcesses(string runId)
{
    // How often it is looked whether they have ended: nobody reports the end of another's child.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(50);

    private readonly ProcessTree _tree = new(leader: null, runId);

    /// <summary>Asks all to end, then makes them, until the script has ended and none is left that can be ended.</summary>
    /// <param name="scriptEnded">Set when the script starts no more of them.</param>
    public void End(WaitHandle scriptEnded)
    {
        var clock = Stopwatch.StartNew();
        _tree.Signal(Signals.Terminate);
        // What is stopped only ends after it goes on.
        _tree.Signal(Signals.Continue);
        while (_tree.CountLiving(leaderHasEnded: true) > 0 || !scriptEnded.WaitOne(TimeSpan.Zero))
        {
            if (clock.Elapsed >= 2 * ExternalProcess.TerminationGrace && scriptEnded.WaitOne(TimeSpan.Zero))
                return; // the kernel itself keeps them
            if (clock.Elapsed >= ExternalProcess.TerminationGrace)
                _tree.Signal(Signals.Kill);
            scriptEnded.WaitOne(CheckInterval);
        }
    }
}

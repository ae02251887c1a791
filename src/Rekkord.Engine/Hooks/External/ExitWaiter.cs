using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// Waits for a child's end on a thread of its own. The child is not reaped: its number stays taken until its tree is done with.
/// </summary>
internal sealed class ExitWaiter
{
    // The thread makes one system call.
    private const int StackSize = 128 * 1024;

    private volatile bool _hasEnded;

    public ExitWaiter(int process, WakeSignal wake)
    {
        var thread = new Thread(() =>
        {
            // When the child is gone already, somebody else has reaped it: it has ended, only its status is lost.
            ChildProcess.WaitForEnd(process);
            _hasEnded = true;
            wake.Raise();
        }, StackSize)
        {
            IsBackground = true,
            Name = "Rekkord hook exit",
        };
        thread.Start();
    }

    /// <summary>Whether the child has ended.</summary>
    public bool HasEnded => _hasEnded;
}

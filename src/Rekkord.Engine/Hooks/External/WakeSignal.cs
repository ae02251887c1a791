using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>A pipe that wakes a thread which waits in poll.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly SafeFileHandle _write;

    public WakeSignal() => (Read, _write) = UnixSpawn.CreatePipe();

    /// <summary>The end that becomes readable.</summary>
    public SafeFileHandle Read { get; }

    /// <summary>Wakes the thread; any number of times, from any thread, also when nobody waits any more.</summary>
    public void Raise()
    {
        try
        {
            // A few bytes in all: the pipe cannot be full.
            _ = LibC.Write(_write, [0], 1);
        }
        catch (ObjectDisposedException)
        {
            // The thread gave up waiting for a process that does not end.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _write.Dispose();
        Read.Dispose();
    }
}

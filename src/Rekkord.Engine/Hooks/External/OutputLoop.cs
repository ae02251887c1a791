using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>Moves what arrives in pipes into captures, on the thread that calls it.</summary>
internal sealed class OutputLoop : IDisposable
{
    private const int BufferSize = 64 << 10;
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly WakeSignal _wake;
    private readonly List<(SafeFileHandle Pipe, OutputCapture Capture)> _open;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);

    public OutputLoop(WakeSignal wake, IEnumerable<(SafeFileHandle Pipe, OutputCapture Capture)> streams)
    {
        _wake = wake;
        _open = [.. streams];
    }

    /// <summary>Whether any stream can still bring something.</summary>
    public bool HasOpenStreams => _open.Count > 0;

    /// <summary>Waits until something arrives, the wake signal is raised or the time is up, and takes what has arrived.</summary>
    /// <param name="limit">How long to wait; null for as long as it takes.</param>
    public void Pump(TimeSpan? limit)
    {
        Span<LibC.PollDescriptor> descriptors = stackalloc LibC.PollDescriptor[_open.Count + 1];
        descriptors[0] = new LibC.PollDescriptor { Descriptor = (int)_wake.Read.DangerousGetHandle(), Events = LibC.PollIn };
        for (var i = 0; i < _open.Count; i++)
            descriptors[i + 1] = new LibC.PollDescriptor { Descriptor = (int)_open[i].Pipe.DangerousGetHandle(), Events = LibC.PollIn };

        var time = limit is { } given && given < LongestWait ? given : LongestWait;
        var wait = (int)Math.Ceiling(Math.Max(0, time.TotalMilliseconds));
        // Interrupted or failed: the caller's loop comes again.
        if (LibC.Poll(descriptors, (nuint)_open.Count + 1, wait) <= 0)
            return;

        for (var i = _open.Count - 1; i >= 0; i--)
        {
            if (descriptors[i + 1].Returned != 0 && !Take(_open[i]))
                _open.RemoveAt(i);
        }

        if (descriptors[0].Returned != 0)
            _ = LibC.Read(_wake.Read, _buffer, BufferSize);
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private bool Take((SafeFileHandle Pipe, OutputCapture Capture) stream)
    {
        var length = LibC.Read(stream.Pipe, _buffer, BufferSize);
        if (length > 0)
        {
            stream.Capture.Append(_buffer.AsSpan(0, (int)length));
            return true;
        }

        if (length < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Errno.EINTR)
            return true;
        stream.Capture.Complete();
        return false;
    }
}

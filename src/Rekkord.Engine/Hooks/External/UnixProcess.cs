using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// Runs a program on Unix. One loop on the calling thread waits, with poll, for output, for the program's end and for cancellation;
/// a second thread does nothing but wait for the end.
/// </summary>
internal sealed class UnixProcess : ExternalProcess
{
    private const int BusyRetries = 100, BusyRetryMilliseconds = 10;

    /// <inheritdoc/>
    public override ProcessOutcome Run(ProcessStart start, OutputCapture output, OutputCapture errors, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var (outputRead, outputWrite) = UnixSpawn.CreatePipe();
        using var outputEnd = outputRead;
        using var outputStart = outputWrite;
        var (errorRead, errorWrite) = UnixSpawn.CreatePipe();
        using var errorEnd = errorRead;
        using var errorStart = errorWrite;
        using var wake = new WakeSignal();

        var process = Start(start, outputWrite, errorWrite);
        // From here on only the program, and what it starts, can write to these.
        outputWrite.Dispose();
        errorWrite.Dispose();

        var waiter = new ExitWaiter(process, wake);
        using var registration = stop.Register(wake.Raise);
        using var loop = new OutputLoop(wake, [(outputEnd, output), (errorEnd, errors)]);
        var supervision = new Supervision(process, start, clock, waiter, loop, stop);
        try
        {
            return supervision.Run();
        }
        catch
        {
            // Whoever follows the output threw: nothing is left running behind its back.
            supervision.Kill();
            throw;
        }
    }

    private static int Start(ProcessStart start, SafeFileHandle output, SafeFileHandle errors)
    {
        if (!Directory.Exists(start.WorkingDirectory))
            throw new StartFailedException($"cannot be started: the current directory '{start.WorkingDirectory}' does not exist", null);
        if (ChildProcess.IgnoresChildren())
            ChildProcess.StopIgnoringChildren();
        for (var attempt = 0; ; attempt++)
        {
            var error = UnixSpawn.Start(start, output, errors, out var process);
            if (error == 0)
                return process;
            // Another thread may just have started a program of its own, which for a moment holds open whatever this process was
            // writing, such as a hook that has only just been copied into place.
            if (error != Errno.ETXTBSY || attempt == BusyRetries)
                throw StartFailure.Explain(start.Path, error);
            Thread.Sleep(BusyRetryMilliseconds);
        }
    }

    /// <summary>Watches one program to its end.</summary>
    private sealed class Supervision(
        int process, ProcessStart start, Stopwatch clock, ExitWaiter waiter, OutputLoop loop, CancellationToken stop)
    {
        // How often it is looked whether a tree that was told to end has ended: only its leader reports its end by itself.
        private static readonly TimeSpan TreeCheckInterval = TimeSpan.FromMilliseconds(20);

        private readonly ProcessTree _tree = new(process, start.RunId);
        private StopCause _stopped;

        public ProcessOutcome Run()
        {
            WaitForEndOrStop();
            var survivors = _stopped == StopCause.None ? 0 : EndTree();
            var leftOpen = !DrainRest();
            return waiter.HasEnded ? ReadStatus(leftOpen, survivors) : new ProcessOutcome(null, null, _stopped, leftOpen, survivors);
        }

        public void Kill()
        {
            _tree.Signal(Signals.Kill);
            ChildProcess.Reap(process);
        }

        private void WaitForEndOrStop()
        {
            while (!waiter.HasEnded)
            {
                if (stop.IsCancellationRequested)
                    _stopped = StopCause.Cancellation;
                else if (start.Timeout <= clock.Elapsed)
                    _stopped = StopCause.TimeLimit;
                if (_stopped != StopCause.None)
                    return;
                loop.Pump(start.Timeout - clock.Elapsed);
            }
        }

        /// <summary>Asks all of it to end, then makes it.</summary>
        /// <returns>How many processes are left: those that the kernel itself keeps from ending.</returns>
        private int EndTree()
        {
            _tree.Signal(Signals.Terminate);
            // What is stopped only ends after it goes on.
            _tree.Signal(Signals.Continue);
            var living = WaitForTree(TerminationGrace, repeat: null);
            // Also when none is left as far as can be seen: what was started a moment ago is in the group.
            _tree.Signal(Signals.Kill);
            return living == 0 ? 0 : WaitForTree(TerminationGrace, repeat: Signals.Kill);
        }

        private int WaitForTree(TimeSpan limit, int? repeat)
        {
            var end = clock.Elapsed + limit;
            while (true)
            {
                if (repeat is { } signal)
                    _tree.Signal(signal);
                var living = _tree.CountLiving(waiter.HasEnded);
                if ((living == 0 && waiter.HasEnded) || clock.Elapsed >= end)
                    return living;
                loop.Pump(TreeCheckInterval);
            }
        }

        /// <summary>Reads until everybody has closed the output, for a while.</summary>
        /// <returns>Whether they have.</returns>
        private bool DrainRest()
        {
            var end = clock.Elapsed + OutputGrace;
            while (loop.HasOpenStreams && clock.Elapsed < end)
            {
                // The end of the hook's own process is known; cancellation ends this wait, and nothing else.
                if (_stopped == StopCause.None && stop.IsCancellationRequested)
                    break;
                loop.Pump(end - clock.Elapsed);
            }

            return !loop.HasOpenStreams;
        }

        private ProcessOutcome ReadStatus(bool leftOpen, int survivors)
        {
            // Wait statuses are laid out the same everywhere: the signal in the low seven bits, else the code in the next eight.
            var status = ChildProcess.Reap(process);
            var signal = status & 0x7F;
            return new ProcessOutcome(
                signal == 0 ? (status >> 8) & 0xFF : null, signal > 0 ? signal : null, _stopped, leftOpen, survivors);
        }
    }
}

using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// Runs a program on Windows: <c>.exe</c> and <c>.com</c> directly, <c>.cmd</c> and <c>.bat</c> through the command processor.
/// Windows has no request to end that every program understands, so a program that has to end is ended by force at once.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsProcess : ExternalProcess
{
    private const int ChunkSize = 64 << 10, QueuedChunks = 8;

    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public override ProcessOutcome Run(ProcessStart start, OutputCapture output, OutputCapture errors, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        using var process = new Process { StartInfo = CreateStartInfo(start) };
        using var job = new WindowsJob();
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            throw new StartFailedException($"cannot be started: {OneLine.From(error.Message, 500)}", null, error);
        }

        // What the program starts before this is in no job, and is found as a descendant. .NET cannot start a program that waits.
        var isInJob = job.TryAdd(process);
        process.StandardInput.Close();
        using var chunks = new BlockingCollection<(OutputCapture Capture, byte[] Bytes)>(QueuedChunks);
        using var letGo = new CancellationTokenSource();
        var readers = Task.WhenAll(
            Task.Run(() => ReadAsync(process.StandardOutput.BaseStream, output, chunks, letGo.Token), CancellationToken.None),
            Task.Run(() => ReadAsync(process.StandardError.BaseStream, errors, chunks, letGo.Token), CancellationToken.None));

        var stopped = WaitForEnd(process, job, start.Timeout, clock, chunks, stop);
        var graceEnd = clock.Elapsed + OutputGrace;
        while ((!readers.IsCompleted || chunks.Count > 0) && clock.Elapsed < graceEnd)
            Take(chunks, TimeSpan.FromMilliseconds(20));
        var leftOpen = !readers.IsCompleted;
        letGo.Cancel();
        var survivors = stopped == StopCause.None ? 0 : Math.Max(process.HasExited ? 0 : 1, job.CountLiving());
        job.Release();
        return new ProcessOutcome(process.HasExited ? process.ExitCode : null, null, stopped, leftOpen, survivors) { IsOutsideJob = !isInJob };
    }

    private static ProcessStartInfo CreateStartInfo(ProcessStart start)
    {
        var info = new ProcessStartInfo
        {
            WorkingDirectory = start.WorkingDirectory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetExtension(start.Path).ToUpperInvariant() is ".CMD" or ".BAT")
        {
            info.FileName = Path.Combine(Environment.SystemDirectory, "cmd.exe");
            // With /s the outer quotes are taken off and the rest is as it stands: inside the inner quotes only % has a meaning, and
            // paths with one are refused before they come here. /d keeps the registry's AutoRun commands out.
            info.Arguments = $"/d /s /c \"\"{start.Path}\"\"";
        }
        else
        {
            info.FileName = start.Path;
        }

        info.Environment.Clear();
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;
        return info;
    }

    private static StopCause WaitForEnd(
        Process process, WindowsJob job, TimeSpan? timeout, Stopwatch clock, BlockingCollection<(OutputCapture, byte[])> chunks, CancellationToken stop)
    {
        while (!process.HasExited)
        {
            var cause = stop.IsCancellationRequested ? StopCause.Cancellation
                : timeout <= clock.Elapsed ? StopCause.TimeLimit
                : StopCause.None;
            if (cause != StopCause.None)
            {
                End(process, job);
                return cause;
            }

            Take(chunks, TimeSpan.FromMilliseconds(20));
        }

        return StopCause.None;
    }

    /// <summary>Ends the program, its descendants and all that is in the job, and waits for that.</summary>
    private static void End(Process process, WindowsJob job)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is AggregateException or Win32Exception or InvalidOperationException or NotSupportedException)
        {
            // It has ended, or Windows refuses: those that stay are counted.
            Debug.WriteLine(error.Message);
        }

        job.End();
        var clock = Stopwatch.StartNew();
        process.WaitForExit(TerminationGrace);
        while (job.CountLiving() > 0 && clock.Elapsed < TerminationGrace)
            Thread.Sleep(CheckInterval);
    }

    private static void Take(BlockingCollection<(OutputCapture Capture, byte[] Bytes)> chunks, TimeSpan wait)
    {
        if (chunks.TryTake(out var chunk, wait))
            chunk.Capture.Append(chunk.Bytes);
    }

    private static async Task ReadAsync(
        Stream stream, OutputCapture capture, BlockingCollection<(OutputCapture, byte[])> chunks, CancellationToken letGo)
    {
        var buffer = new byte[ChunkSize];
        try
        {
            while (await stream.ReadAsync(buffer, letGo).ConfigureAwait(false) is var length and > 0)
                chunks.Add((capture, buffer[..length]), letGo);
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // Let go of: whoever still writes is a process that outlived the hook.
        }
    }
}

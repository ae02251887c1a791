using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Secrets;

/// <summary>Runs a program that writes a secret. No shell is in between, and nothing that it writes is shown: it may be the secret.</summary>
internal static class SecretCommand
{
    /// <summary>Enough for somebody to type a PIN. A job at night must not wait for ever.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);

    /// <summary>How long output is still waited for after the program has ended.</summary>
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    /// <summary>What it wrote. The caller wipes it.</summary>
    /// <exception cref="RekkordException">It cannot be started, failed, or took too long (<c>SecretCommandFailed</c>).</exception>
    public static byte[] Run(SecretReference.OfCommand command, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeLimit);
        using var process = Start(command);
        using var ending = limit.Token.Register(() => End(process));
        process.StandardInput.Close();
        _ = InBackground(() => Discard(process.StandardError.BaseStream));
        var reading = InBackground(() => Read(process));
        process.WaitForExit();
        if (!reading.Wait(OutputGrace, CancellationToken.None))
            throw Failed(command, "has ended, and left its output open to another program");
        var output = reading.GetAwaiter().GetResult();
        try
        {
            stop.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested)
                throw Failed(command, $"was still running after {TimeLimit.TotalMinutes:0} minutes, and was ended");
            if (process.ExitCode != 0 && output.Length <= SecretReader.MaximumLength)
                throw Failed(command, string.Create(CultureInfo.InvariantCulture, $"ended with exit code {process.ExitCode}"));
            return output;
        }
        catch
        {
            CryptographicOperations.ZeroMemory(output);
            throw;
        }
    }

    /// <summary>Reads the output. Who writes more than a secret has would wait for a reader, and is ended.</summary>
    private static byte[] Read(Process process)
    {
        var output = SecretReader.ReadAll(process.StandardOutput.BaseStream);
        if (output.Length > SecretReader.MaximumLength)
            End(process);
        return output;
    }

    private static Task<T> InBackground<T>(Func<T> read) => Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Process Start(SecretReference.OfCommand command)
    {
        // .NET looks for a program in the current directory before it looks in PATH.
        var path = Path.IsPathFullyQualified(command.Program) ? command.Program : ProgramSearch.Find(command.Program) ?? throw Failed(command, "is in no directory of PATH");
        var start = new ProcessStartInfo(path, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };

        // They may be other secrets.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("REKKORD_", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception error) when (error is Win32Exception or IOException)
        {
            throw Failed(command, $"cannot be started: {(error is Win32Exception { NativeErrorCode: var code } ? new Win32Exception(code).Message : error.Message)}");
        }
    }

    /// <returns>How much there was.</returns>
    private static long Discard(Stream stream)
    {
        var length = 0L;
        Span<byte> buffer = stackalloc byte[1024];
        for (int read; (read = stream.Read(buffer)) > 0; length += read)
            buffer.Clear();
        return length;
    }

    /// <returns>Whether it was still running.</returns>
    private static bool End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            return true;
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            return false;
        }
    }

    private static RekkordException Failed(SecretReference.OfCommand command, string how) => new(
        "SecretCommandFailed",
        RekkordErrorKind.InvalidOperation,
        $"The command '{command.Program}', which is to write a secret, {how}. What it wrote is not shown. Run it yourself to see why.",
        command.Program);
}

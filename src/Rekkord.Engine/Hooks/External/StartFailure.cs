using System.Runtime.InteropServices;
using System.Text;
using static Rekkord.Engine.Hooks.UnixInterop;

namespace Rekkord.Engine.Hooks.External;

/// <summary>Says why a file could not be executed: the kernel's error number alone is the same for different mistakes.</summary>
internal static class StartFailure
{
    /// <summary>Explains a failed execution.</summary>
    /// <param name="path">The file that was to be executed.</param>
    /// <param name="error">The error number.</param>
    public static StartFailedException Explain(string path, int error)
    {
        var quoted = ShellQuoting.Quote(path);
        if (GetOwnership(path, followLink: true, out var file) is var gone and not 0)
            return new StartFailedException($"cannot be started: {Marshal.GetPInvokeErrorMessage(gone)}", null);
        var interpreter = ReadInterpreter(path);
        return error switch
        {
            ExecFormat when interpreter is null => new StartFailedException(
                "cannot be started: it is neither a program for this machine nor a script with a first line such as #!/bin/sh",
                "If it is a script, begin it with the line that names its interpreter."),
            NoEntry when interpreter is [.., '\r'] => new StartFailedException(
                "cannot be started: it has Windows line ends, so that its interpreter is looked for with a carriage return in its name",
                $@"sed -i 's/\r$//' {quoted}"),
            NoEntry when interpreter is not null => new StartFailedException(
                $"cannot be started: its interpreter '{OneLine.From(interpreter, 255)}' does not exist",
                "Install it, or correct the first line."),
            NoEntry => new StartFailedException(
                "cannot be started: the loader it was linked for does not exist on this machine", null),
            AccessDenied when (file.Mode & 0x49) == 0 => new StartFailedException(
                "cannot be started: it has no execute permission", $"chmod +x {quoted}"),
            AccessDenied when interpreter is not null => new StartFailedException(
                $"cannot be started: it, or its interpreter '{OneLine.From(interpreter, 255)}', may not be executed",
                $"chmod a+rx {quoted}"),
            TooBig => new StartFailedException("cannot be started: the environment is too large", null),
            _ => new StartFailedException($"cannot be started: {Marshal.GetPInvokeErrorMessage(error)}", null),
        };
    }

    /// <summary>The interpreter that a script's first line names; null when the file is no script.</summary>
    private static string? ReadInterpreter(string path)
    {
        // The kernel looks at the first 256 bytes (BINPRM_BUF_SIZE).
        Span<byte> start = stackalloc byte[256];
        int length;
        try
        {
            using var file = File.OpenRead(path);
            length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        start = start[..length];
        if (!start.StartsWith("#!"u8))
            return null;
        var line = start[2..];
        if (line.IndexOf((byte)'\n') is var end and >= 0)
            line = line[..end];
        line = line.TrimStart(" \t"u8);
        if (line.IndexOfAny(" \t"u8) is var blank and >= 0)
            line = line[..blank];
        return Encoding.UTF8.GetString(line);
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

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
        if (FileOwnership.Read(path, followLink: true, out var file) is var gone and not 0)
            return new StartFailedException($"cannot be started: {Marshal.GetPInvokeErrorMessage(gone)}", null);
        var start = ScriptStart.Read(path);
        var interpreter = start.Interpreter;
        return error switch
        {
            Errno.ENOEXEC when start.HasByteOrderMark => new StartFailedException(
                "cannot be started: it begins with a byte order mark, which hides the line that names its interpreter from the system",
                ScriptStart.RemoveByteOrderMark(path)),
            Errno.ENOEXEC when interpreter is null => new StartFailedException(
                "cannot be started: it is neither a program for this machine nor a script with a first line such as #!/bin/sh",
                "If it is a script, begin it with the line that names its interpreter."),
            Errno.ENOENT when interpreter is [.., '\r'] => new StartFailedException(
                "cannot be started: it has Windows line ends, so the system looks for an interpreter with a carriage return in its name",
                ScriptStart.RemoveCarriageReturns(path)),
            Errno.ENOENT when interpreter is not null && !File.Exists(interpreter) => new StartFailedException(
                $"cannot be started: its interpreter '{OneLine.From(interpreter, 255)}' does not exist",
                "Install it, or correct the first line."),
            Errno.ENOENT when interpreter is not null => new StartFailedException(
                $"cannot be started: its interpreter '{OneLine.From(interpreter, 255)}' cannot be started itself: something that it needs does not exist",
                "Install the interpreter again, or correct the first line."),
            Errno.ENOENT => new StartFailedException(
                "cannot be started: the loader it was linked for does not exist on this machine", null),
            Errno.EACCES when !file.IsExecutable => new StartFailedException(
                "cannot be started: it has no execute permission", $"chmod +x {quoted}"),
            Errno.EACCES when interpreter is not null && FileOwnership.MayExecute(path) => new StartFailedException(
                $"cannot be started: its interpreter '{OneLine.From(interpreter, 255)}' may not be executed",
                "Correct the first line, or make the interpreter executable."),
            Errno.EACCES when interpreter is not null => new StartFailedException("cannot be started: it may not be executed", $"chmod a+rx {quoted}"),
            Errno.E2BIG => new StartFailedException("cannot be started: the environment is too large", null),
            _ => new StartFailedException($"cannot be started: {Marshal.GetPInvokeErrorMessage(error)}", null),
        };
    }
}

/// <summary>How a file begins, which decides how the kernel runs it.</summary>
/// <param name="Interpreter">What a script's first line names; null when the file is not a script. It keeps a carriage return at its end.</param>
/// <param name="HasByteOrderMark">Whether the three bytes come first that some editors put before UTF-8.</param>
/// <param name="HasWindowsLineEnd">Whether the first line is a script's and ends with a carriage return.</param>
internal readonly record struct ScriptStart(string? Interpreter, bool HasByteOrderMark, bool HasWindowsLineEnd)
{
    /// <summary>Looks at a file; one that cannot be read is nothing in particular.</summary>
    public static ScriptStart Read(string path)
    {
        // The kernel looks at the first 256 bytes (BINPRM_BUF_SIZE).
        Span<byte> start = stackalloc byte[256];
        int length;
        try
        {
            using var file = File.OpenRead(path);
            length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return default;
        }

        start = start[..length];
        if (start.StartsWith(Encoding.UTF8.Preamble))
            return new ScriptStart(null, true, false);
        if (!start.StartsWith("#!"u8))
            return default;
        var line = start[2..];
        var end = line.IndexOf((byte)'\n');
        if (end >= 0)
            line = line[..end];
        var hasCarriageReturn = end >= 0 && line.EndsWith("\r"u8);
        line = line.TrimStart(" \t"u8);
        if (line.IndexOfAny(" \t"u8) is var blank and >= 0)
            line = line[..blank];
        return new ScriptStart(Encoding.UTF8.GetString(line), false, hasCarriageReturn);
    }

    /// <summary>The command that takes the byte order mark out of a file. The sed of macOS takes other arguments; perl is the same everywhere.</summary>
    public static string RemoveByteOrderMark(string path) => OperatingSystem.IsMacOS()
        ? $@"perl -pi -e 's/^\xEF\xBB\xBF// if $. == 1' {ShellQuoting.Quote(path)}"
        : $@"sed -i '1s/^\xEF\xBB\xBF//' {ShellQuoting.Quote(path)}";

    /// <summary>The command that gives a file the line ends of Unix.</summary>
    public static string RemoveCarriageReturns(string path) => OperatingSystem.IsMacOS()
        ? $@"perl -pi -e 's/\r$//' {ShellQuoting.Quote(path)}"
        : $@"sed -i 's/\r$//' {ShellQuoting.Quote(path)}";
}

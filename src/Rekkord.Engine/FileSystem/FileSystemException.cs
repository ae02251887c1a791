using Rekkord.Engine.Errors;

namespace Rekkord.Engine.FileSystem;

/// <summary>A file system call failed; the message names the call, the path and the system's reason.</summary>
public sealed class FileSystemException : RekkordException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errorId">Stable identifier: <c>FileNotFound</c>, <c>FileAccessDenied</c>, <c>FileReadError</c>, …</param>
    /// <param name="kind">What sort of error it is.</param>
    /// <param name="message">What failed, on which path, why, and what to do.</param>
    /// <param name="path">The path, in displayable form.</param>
    /// <param name="errorNumber">The system's error number (errno on Unix).</param>
    public FileSystemException(string errorId, RekkordErrorKind kind, string message, string path, int errorNumber)
        : base(errorId, kind, message, path) => ErrorNumber = errorNumber;

    /// <summary>The system's error number (errno on Unix, the Win32 code on Windows).</summary>
    public int ErrorNumber { get; }
}

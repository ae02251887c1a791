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

/// <summary>Why a file system call failed, as far as callers and advice tell it apart; each system's error numbers map to these.</summary>
internal enum FileSystemFailure
{
    /// <summary>Anything without a case of its own.</summary>
    Other,

    /// <summary>There is no such entry.</summary>
    NotFound,

    /// <summary>The user has no right to do it.</summary>
    AccessDenied,

    /// <summary>An attribute of the entry or its directory (chattr) forbids the change, to root as well.</summary>
    Locked,

    /// <summary>Another program has it open and lets nobody else in.</summary>
    InUse,

    /// <summary>The file system is mounted read-only.</summary>
    ReadOnly,

    /// <summary>No space is left.</summary>
    DiskFull,

    /// <summary>The user's quota is used up.</summary>
    QuotaExceeded,

    /// <summary>The file would be larger than the file system or the process's limit allows.</summary>
    TooLarge,

    /// <summary>The name is taken.</summary>
    Exists,

    /// <summary>Something that is not a directory stands where one is needed.</summary>
    NotADirectory,

    /// <summary>Something that is not a regular file stands where one is needed.</summary>
    NotARegularFile,

    /// <summary>A chain of symbolic links that is too long, or a loop.</summary>
    TooManyLinks,

    /// <summary>The process or the machine has no file handle left.</summary>
    TooManyOpenFiles,

    /// <summary>The file system does not take names that long.</summary>
    NameTooLong,

    /// <summary>A full path is needed, and this is none, or none that the system can have.</summary>
    NotAFullPath,

    /// <summary>The name cannot be that of one entry, or not on this system.</summary>
    UnsafeName,

    /// <summary>The file system or the system lacks the feature.</summary>
    NotSupported,

    /// <summary>The device reports an error, or the file system is damaged.</summary>
    Device,
}

using Rekkord.Engine.Errors;

namespace Rekkord.Engine.FileSystem;

/// <summary>Makes the exceptions of both implementations: one place for error ids and for what to advise.</summary>
internal static class FileSystemErrors
{
    /// <summary>The exception for a failed call.</summary>
    /// <param name="failure">Why it failed.</param>
    /// <param name="operation">What was being done.</param>
    /// <param name="path">To what, displayable.</param>
    /// <param name="reason">The system's own words, without a full stop.</param>
    /// <param name="errorNumber">The system's error number.</param>
    internal static FileSystemException Create(
        FileSystemFailure failure, FileOperation operation, string path, string reason, int errorNumber)
    {
        var (errorId, kind) = Classify(failure, operation.Writes);
        var message = $"Cannot {operation.Words} '{path}': {reason}. {operation.Advice ?? Advise(failure, operation.Writes)}";
        return new FileSystemException(errorId, kind, message, path, errorNumber);
    }

    /// <summary>The refusal of a name that cannot be one entry's.</summary>
    internal static FileSystemException UnsafeName(FileOperation operation, string directory, ReadOnlySpan<byte> name) =>
        Create(
            FileSystemFailure.UnsafeName,
            operation,
            directory,
            $"'{FileName.ToDisplay(name)}' is not a valid name for an entry in it",
            errorNumber: 0);

    /// <summary>The reason for not opening something as a file.</summary>
    internal static string DescribeKind(FileKind kind) => kind switch
    {
        FileKind.Directory => "it is a directory",
        FileKind.SymbolicLink => "it is a symbolic link",
        FileKind.Fifo => "it is a fifo",
        FileKind.Socket => "it is a socket",
        FileKind.CharacterDevice or FileKind.BlockDevice => "it is a device",
        _ => "it is no regular file",
    };

    /// <summary>The refusal of a path that leads somewhere else on each call, or nowhere.</summary>
    internal static FileSystemException NotAFullPath(FileOperation operation, ReadOnlySpan<byte> path) =>
        Create(FileSystemFailure.NotAFullPath, operation, FileName.ToDisplay(path), "it is not a full path", errorNumber: 0);

    private static (string ErrorId, RekkordErrorKind Kind) Classify(FileSystemFailure failure, bool writes)
    {
        var general = writes ? RekkordErrorKind.WriteError : RekkordErrorKind.ReadError;
        return failure switch
        {
            FileSystemFailure.NotFound => ("FileNotFound", RekkordErrorKind.NotFound),
            FileSystemFailure.AccessDenied or FileSystemFailure.Locked or FileSystemFailure.ReadOnly => ("FileAccessDenied", RekkordErrorKind.PermissionDenied),
            FileSystemFailure.DiskFull or FileSystemFailure.QuotaExceeded => ("DiskFull", RekkordErrorKind.WriteError),
            FileSystemFailure.Exists => ("FileExists", RekkordErrorKind.AlreadyExists),
            FileSystemFailure.NotADirectory => ("NotADirectory", general),
            FileSystemFailure.NotARegularFile => ("NotARegularFile", general),
            FileSystemFailure.TooManyLinks => ("TooManyLinks", general),
            FileSystemFailure.NotAFullPath => ("PathNotAbsolute", RekkordErrorKind.InvalidArgument),
            FileSystemFailure.UnsafeName => ("UnsafeFileName", RekkordErrorKind.Security),
            _ => (writes ? "FileWriteError" : "FileReadError", general),
        };
    }

    private static string Advise(FileSystemFailure failure, bool writes) => failure switch
    {
        FileSystemFailure.NotFound when writes => "Check the path, and that nothing else changes the destination during the restore.",
        FileSystemFailure.NotFound => "Check the path. It may have been removed or renamed, or be a link that leads nowhere.",
        FileSystemFailure.AccessDenied when writes => "Run as a user who can write there, or choose another destination.",
        FileSystemFailure.AccessDenied => "Run as a user who can read it, or exclude it.",
        FileSystemFailure.InUse when writes => "Another program has it open. Close that program, and run it again.",
        FileSystemFailure.InUse => "Another program has it open. Have a PreSave hook stop that program, or make it write a copy, and save that.",
        FileSystemFailure.Locked => "Remove the attribute with chattr and run it again, or choose another destination.",
        FileSystemFailure.ReadOnly => "Choose a destination on a file system that is mounted for writing.",
        FileSystemFailure.DiskFull => "Free space on that file system, or choose another one, and run it again.",
        FileSystemFailure.QuotaExceeded => "Free space within the user's quota, or have it raised, and run it again.",
        FileSystemFailure.TooLarge => "Choose a file system that allows files of that size, or raise the limit (ulimit -f).",
        FileSystemFailure.Exists => "Remove or rename what is there, or choose another destination.",
        FileSystemFailure.NotADirectory when writes => "Remove what is there, or choose another destination.",
        FileSystemFailure.NotADirectory => "Check the path. It may have been replaced since it was listed.",
        FileSystemFailure.NotARegularFile when writes => "Remove it by hand if it is in the way.",
        FileSystemFailure.NotARegularFile => "It is not read. If it was a file before, something has replaced it.",
        FileSystemFailure.TooManyLinks => "Symbolic links on the way form a loop, or a chain that is too long. Correct them.",
        FileSystemFailure.TooManyOpenFiles => "Raise the limit of open files (ulimit -n), or use fewer threads.",
        FileSystemFailure.NameTooLong when writes => "Choose a destination whose file system allows longer names.",
        FileSystemFailure.NameTooLong => "Use a shorter path.",
        FileSystemFailure.NotAFullPath => "Give the full path.",
        FileSystemFailure.UnsafeName =>
            "If the name comes from a repository, that was made on another system, is damaged, or was tampered with.",
        FileSystemFailure.NotSupported when writes => "Choose a destination on a file system, or a machine, that supports it.",
        FileSystemFailure.NotSupported => "Exclude it, or save it from a machine that supports it.",
        FileSystemFailure.Device => "Check the disk or the network connection and the system's log.",
        _ => "Run it again. If the error stays, check the system's log.",
    };
}

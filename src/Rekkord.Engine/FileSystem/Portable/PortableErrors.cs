using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>From .NET's exceptions to this project's.</summary>
internal static class PortableErrors
{
    /// <summary>Does something to a path; a failure becomes the exception that callers expect.</summary>
    internal static T Run<T>(FileOperation operation, string path, Func<T> action)
    {
        try
        {
            return SharingRetry.Run(action);
        }
        catch (Exception error) when (IsFileError(error))
        {
            throw Create(error, operation, path);
        }
    }

    /// <inheritdoc cref="Run{T}"/>
    internal static void Run(FileOperation operation, string path, Action action) => Run(operation, path, () =>
    {
        action();
        return 0;
    });

    /// <summary>The exception that the system's own refusal of a loop of links would be.</summary>
    internal static IOException TooManyLinks() => new(
        "too many symbolic links in a row", OperatingSystem.IsWindows() ? Win32Error.ToHResult(Win32Error.CannotResolveFileName) : PortableErrno.LinkLoop);

    /// <summary>Whether an exception tells of a refused or failed file system call.</summary>
    internal static bool IsFileError(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>The exception that callers expect.</summary>
    internal static FileSystemException Create(Exception exception, FileOperation operation, string path)
    {
        var number = Win32Error.NumberOf(exception);
        var reason = exception.Message.TrimEnd('.').ReplaceLineEndings(" ");
        var failure = Classify(exception, number);
        if (failure == FileSystemFailure.InUse && OperatingSystem.IsWindows())
            reason = NameHolders(reason, FileHolders.Find(path));
        return FileSystemErrors.Create(failure, operation, PortablePath.ToDisplay(path), reason, number);
    }

    /// <summary>The reason, and who has the file open where that is known.</summary>
    internal static string NameHolders(string reason, IReadOnlyList<string> holders) =>
        holders.Count == 0 ? reason : $"{reason}. It is open in {string.Join(", ", holders)}";

    private static FileSystemFailure Classify(Exception exception, int number) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => FileSystemFailure.NotFound,
        UnauthorizedAccessException => FileSystemFailure.AccessDenied,
        PathTooLongException => FileSystemFailure.NameTooLong,
        NotSupportedException => FileSystemFailure.NotSupported,
        _ when OperatingSystem.IsWindows() => ClassifyWin32(number),
        _ => ClassifyUnix(number),
    };

    internal static FileSystemFailure ClassifyWin32(int number) => number switch
    {
        Win32Error.FileNotFound or Win32Error.PathNotFound or Win32Error.InvalidDrive or Win32Error.BadNetPath or Win32Error.BadNetName => FileSystemFailure.NotFound,
        Win32Error.AccessDenied or Win32Error.PrivilegeNotHeld => FileSystemFailure.AccessDenied,
        Win32Error.SharingViolation or Win32Error.LockViolation => FileSystemFailure.InUse,
        Win32Error.DiskFull or Win32Error.HandleDiskFull => FileSystemFailure.DiskFull,
        Win32Error.DiskQuotaExceeded => FileSystemFailure.QuotaExceeded,
        Win32Error.FileTooLarge => FileSystemFailure.TooLarge,
        Win32Error.FileExists or Win32Error.AlreadyExists or Win32Error.DirectoryNotEmpty => FileSystemFailure.Exists,
        Win32Error.WriteProtect => FileSystemFailure.ReadOnly,
        Win32Error.Directory => FileSystemFailure.NotADirectory,
        Win32Error.FileNameTooLong => FileSystemFailure.NameTooLong,
        Win32Error.CannotResolveFileName => FileSystemFailure.TooManyLinks,
        Win32Error.TooManyOpenFiles => FileSystemFailure.TooManyOpenFiles,
        Win32Error.NotSupported => FileSystemFailure.NotSupported,
        Win32Error.Crc or Win32Error.SectorNotFound or Win32Error.ReadFault or Win32Error.NotReady or Win32Error.IoDevice or Win32Error.FileCorrupt => FileSystemFailure.Device,
        _ => FileSystemFailure.Other,
    };

    private static FileSystemFailure ClassifyUnix(int number) => number switch
    {
        Errno.ENOENT => FileSystemFailure.NotFound,
        Errno.EPERM or Errno.EACCES => FileSystemFailure.AccessDenied,
        Errno.EIO => FileSystemFailure.Device,
        Errno.EEXIST => FileSystemFailure.Exists,
        Errno.ENOTDIR => FileSystemFailure.NotADirectory,
        Errno.EISDIR => FileSystemFailure.NotARegularFile,
        Errno.ENFILE or Errno.EMFILE => FileSystemFailure.TooManyOpenFiles,
        Errno.EFBIG => FileSystemFailure.TooLarge,
        Errno.ENOSPC => FileSystemFailure.DiskFull,
        Errno.EROFS => FileSystemFailure.ReadOnly,
        _ when number == PortableErrno.LinkLoop => FileSystemFailure.TooManyLinks,
        _ when number == PortableErrno.NameTooLong => FileSystemFailure.NameTooLong,
        _ when number == PortableErrno.NotSupported => FileSystemFailure.NotSupported,
        _ when number == PortableErrno.NotEmpty => FileSystemFailure.Exists,
        _ when number == PortableErrno.QuotaExceeded => FileSystemFailure.QuotaExceeded,
        _ => FileSystemFailure.Other,
    };
}

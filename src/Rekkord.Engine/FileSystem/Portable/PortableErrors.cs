using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>From .NET's exceptions to this project's.</summary>
internal static class PortableErrors
{
    // Win32 codes, as the lower half of an HResult; on Unix an IOException's HResult is the error number itself.
    private const int Win32Facility = unchecked((int)0x8007_0000);
    private const int ErrorWriteProtect = 19;
    private const int ErrorHandleDiskFull = 39;
    private const int ErrorFileExists = 80;
    private const int ErrorDiskFull = 112;
    private const int ErrorAlreadyExists = 183;
    private const int ErrorDirectory = 267;
    private const int ErrorDiskQuotaExceeded = 1295;
    private const int ErrorCantResolveFileName = 1921;

    /// <summary>Does something to a path; a failure becomes the exception that callers expect.</summary>
    internal static T Run<T>(FileOperation operation, string path, Func<T> action)
    {
        try
        {
            return action();
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
        "too many symbolic links in a row", OperatingSystem.IsWindows() ? Win32Facility | ErrorCantResolveFileName : PortableErrno.LinkLoop);

    /// <summary>Whether an exception tells of a refused or failed file system call.</summary>
    internal static bool IsFileError(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>The exception that callers expect.</summary>
    internal static FileSystemException Create(Exception exception, FileOperation operation, string path)
    {
        var number = (exception.HResult & ~0xffff) == Win32Facility ? exception.HResult & 0xffff : exception.HResult;
        var reason = exception.Message.TrimEnd('.').ReplaceLineEndings(" ");
        return FileSystemErrors.Create(Classify(exception, number), operation, PortablePath.ToDisplay(path), reason, number);
    }

    private static FileSystemFailure Classify(Exception exception, int number) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => FileSystemFailure.NotFound,
        UnauthorizedAccessException => FileSystemFailure.AccessDenied,
        PathTooLongException => FileSystemFailure.NameTooLong,
        NotSupportedException => FileSystemFailure.NotSupported,
        _ when OperatingSystem.IsWindows() => ClassifyWin32(number),
        _ => ClassifyUnix(number),
    };

    private static FileSystemFailure ClassifyWin32(int number) => number switch
    {
        ErrorDiskFull or ErrorHandleDiskFull => FileSystemFailure.DiskFull,
        ErrorDiskQuotaExceeded => FileSystemFailure.QuotaExceeded,
        ErrorFileExists or ErrorAlreadyExists => FileSystemFailure.Exists,
        ErrorWriteProtect => FileSystemFailure.ReadOnly,
        ErrorDirectory => FileSystemFailure.NotADirectory,
        ErrorCantResolveFileName => FileSystemFailure.TooManyLinks,
        _ => FileSystemFailure.Other,
    };

    private static FileSystemFailure ClassifyUnix(int number) => number switch
    {
        Errno.ENOENT => FileSystemFailure.NotFound,
        Errno.EIO => FileSystemFailure.Device,
        Errno.EEXIST => FileSystemFailure.Exists,
        Errno.ENOTDIR => FileSystemFailure.NotADirectory,
        Errno.EISDIR => FileSystemFailure.NotARegularFile,
        Errno.ENFILE or Errno.EMFILE => FileSystemFailure.TooManyOpenFiles,
        Errno.EFBIG => FileSystemFailure.TooLarge,
        Errno.ENOSPC => FileSystemFailure.DiskFull,
        Errno.EROFS => FileSystemFailure.ReadOnly,
        _ when number == PortableErrno.LinkLoop => FileSystemFailure.TooManyLinks,
        _ when number == PortableErrno.NotEmpty => FileSystemFailure.Exists,
        _ when number == PortableErrno.QuotaExceeded => FileSystemFailure.QuotaExceeded,
        _ => FileSystemFailure.Other,
    };
}

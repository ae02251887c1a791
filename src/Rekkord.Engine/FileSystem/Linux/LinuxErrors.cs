using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>
/// From error numbers to exceptions. Made for the form <c>while (call() &lt; 0) LinuxErrors.ThrowUnlessInterrupted(…);</c>
/// </summary>
internal static class LinuxErrors
{
    /// <summary>Throws for the last failed call, unless a signal interrupted it and it is to be repeated.</summary>
    /// <param name="operation">What was being done.</param>
    /// <param name="path">The directory, or the entry itself when <paramref name="name"/> is null.</param>
    /// <param name="name">The entry in the directory.</param>
    internal static void ThrowUnlessInterrupted(FileOperation operation, EntryPath path, byte[]? name = null)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.EINTR)
            throw Create(error, operation, path, name);
    }

    /// <summary>The exception for an error number.</summary>
    internal static FileSystemException Create(int error, FileOperation operation, EntryPath path, byte[]? name = null) =>
        FileSystemErrors.Create(Classify(error), operation, PathText(path, name), ReasonOf(error), error);

    /// <summary>The exception for a failure that no error number stands for.</summary>
    internal static FileSystemException Create(
        FileSystemFailure failure, string reason, FileOperation operation, EntryPath path, byte[]? name = null) =>
        FileSystemErrors.Create(failure, operation, PathText(path, name), reason, errorNumber: 0);

    /// <summary>The system's words for an error number (strerror).</summary>
    internal static string ReasonOf(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static string PathText(EntryPath path, byte[]? name) => (name is null ? path : path.Append(name)).ToString();

    private static FileSystemFailure Classify(int error) => error switch
    {
        Errno.ENOENT => FileSystemFailure.NotFound,
        Errno.EACCES or Errno.EPERM => FileSystemFailure.AccessDenied,
        Errno.EROFS => FileSystemFailure.ReadOnly,
        Errno.ENOSPC => FileSystemFailure.DiskFull,
        Errno.EDQUOT => FileSystemFailure.QuotaExceeded,
        Errno.EFBIG => FileSystemFailure.TooLarge,
        Errno.EEXIST or Errno.ENOTEMPTY => FileSystemFailure.Exists,
        Errno.ENOTDIR => FileSystemFailure.NotADirectory,
        Errno.EISDIR or Errno.ENXIO or Errno.ENODEV => FileSystemFailure.NotARegularFile,
        Errno.ELOOP => FileSystemFailure.TooManyLinks,
        Errno.EMFILE or Errno.ENFILE => FileSystemFailure.TooManyOpenFiles,
        Errno.ENAMETOOLONG => FileSystemFailure.NameTooLong,
        Errno.EOPNOTSUPP or Errno.ENOSYS => FileSystemFailure.NotSupported,
        Errno.EIO or Errno.EUCLEAN => FileSystemFailure.Device,
        _ => FileSystemFailure.Other,
    };
}

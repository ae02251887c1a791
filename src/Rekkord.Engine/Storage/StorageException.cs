using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage;

/// <summary>The store of a repository failed; the message names the object, the place and the reason.</summary>
public sealed class StorageException : RekkordException
{
    /// <summary>Creates the exception.</summary>
    public StorageException(string errorId, RekkordErrorKind kind, string message, string objectName, Exception? innerException = null)
        : base(errorId, kind, message, objectName, innerException)
    {
    }

    /// <summary>The ID of the error when something stands in the place of an object.</summary>
    internal const string ObstructedId = "ObjectObstructed";

    /// <summary>The ID of the error when a server does not give whoever asks the right to.</summary>
    internal const string AccessDeniedId = "StoreAccessDenied";

    /// <summary>The ID of the error when an object is larger than its reader accepts.</summary>
    internal const string TooLargeId = "ObjectTooLarge";

    /// <summary>
    /// Whether it may pass, so that the same request is worth repeating: a connection that broke, a server that is busy, an answer that did not come in
    /// time. Whether the request was done is then not known.
    /// </summary>
    public bool IsTransient { get; init; }

    /// <inheritdoc/>
    internal override bool MeansLoss => base.MeansLoss || IsMediumError;

    /// <summary>
    /// Whether the system says that the medium has lost or garbled what lies there, and not that it, or the way to it, does not answer:
    /// a network that fails, a file server that is gone or a permission that is missing may all pass.
    /// </summary>
    internal bool IsMediumError => InnerException is IOException error
        && (OperatingSystem.IsWindows() ? WindowsMediumErrors : OperatingSystem.IsLinux() ? LinuxMediumErrors : OtherMediumErrors).Contains(Win32Error.NumberOf(error));

    private static ReadOnlySpan<int> WindowsMediumErrors =>
        [Win32Error.Crc, Win32Error.SectorNotFound, Win32Error.ReadFault, Win32Error.IoDevice, Win32Error.FileCorrupt];

    // ENODATA is a medium error of the block layer, EBADMSG and EUCLEAN are wrong checksums of file systems.
    private static ReadOnlySpan<int> LinuxMediumErrors => [Errno.EIO, Errno.ENODATA, Errno.EBADMSG, Errno.EUCLEAN, Errno.EILSEQ, Errno.EREMOTEIO];

    private static ReadOnlySpan<int> OtherMediumErrors => [Errno.EIO];

    internal static StorageException NotFound(string location, string name, Exception? inner = null) => new(
        "ObjectNotFound", RekkordErrorKind.NotFound, $"The object '{name}' is missing from the repository '{location}'.", name, inner);

    internal static StorageException TooLarge(string location, string name) => new(
        TooLargeId, RekkordErrorKind.InvalidData, $"The object '{name}' of the repository '{location}' is larger than any such object can be.", name);

    internal static StorageException TooShort(string location, string name) => new(
        "ObjectTruncated", RekkordErrorKind.InvalidData, $"The object '{name}' of the repository '{location}' ends too early.", name);

    internal static StorageException RetentionUnsupported(string location, string name) => new(
        "RetentionUnsupported", RekkordErrorKind.InvalidOperation, $"The repository '{location}' cannot protect '{name}' from deletion, as RetainDuration ([Protection]) asks it to. Remove the setting.", name);

    /// <summary>Something stands in the place of an object, or of a directory of objects, that a store neither makes nor opens.</summary>
    internal static StorageException Obstructed(string location, string name, string obstacle, Exception? inner = null) => new(
        ObstructedId,
        RekkordErrorKind.InvalidData,
        $"'{name}' of the repository '{location}' was not opened, because {obstacle}: only files and directories belong there. Find out who put it there. Then remove it, or put back what was there before.",
        name,
        inner);

    internal static StorageException ReadFailed(string location, string name, Exception inner) => inner is ObstacleException obstacle ? Obstructed(location, obstacle) : new(
        "RepositoryReadError",
        RekkordErrorKind.ReadError,
        name.Length == 0
            ? $"The repository '{location}' cannot be read: {inner.Message}"
            : $"'{name}' cannot be read from the repository '{location}': {inner.Message}",
        name.Length == 0 ? location : name,
        inner);

    internal static StorageException WriteFailed(string location, string name, Exception inner)
    {
        if (inner is ObstacleException obstacle)
            return Obstructed(location, obstacle);
        return IsFull(Win32Error.NumberOf(inner))
            ? new StorageException(
                "RepositoryFull", RekkordErrorKind.WriteError, $"There is no room left in the repository '{location}'. Nothing that was saved before is affected; free some space and run it again.", name, inner)
            : new StorageException(
                "RepositoryWriteError", RekkordErrorKind.WriteError, $"'{name}' cannot be written to the repository '{location}': {inner.Message}", name, inner);
    }

    private static bool IsFull(int number) => OperatingSystem.IsWindows()
        ? number is Win32Error.DiskFull or Win32Error.HandleDiskFull or Win32Error.DiskQuotaExceeded
        : number == Errno.ENOSPC || number == PortableErrno.QuotaExceeded;

    private static StorageException Obstructed(string location, ObstacleException obstacle) =>
        Obstructed(location, obstacle.Name, ObstacleException.Describe(obstacle.Kind), obstacle);
}

/// <summary>Something else is where a store has a file or a directory. It is neither opened nor followed.</summary>
/// <param name="name">Its name, relative to the store's root.</param>
/// <param name="kind">What it is.</param>
internal sealed class ObstacleException(string name, FileKind kind) : IOException($"'{name}': {Describe(kind)}.")
{
    /// <summary>Its name, relative to the store's root.</summary>
    public string Name { get; } = name;

    /// <summary>What it is.</summary>
    public FileKind Kind { get; } = kind;

    /// <summary>What stands there, such as <c>it is a fifo</c>.</summary>
    public static string Describe(FileKind kind) => kind == FileKind.File ? "it is a file" : FileSystemErrors.DescribeKind(kind);
}

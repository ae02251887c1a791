using Rekkord.Engine.Errors;

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

    internal static StorageException NotFound(string location, string name, Exception? inner = null) => new(
        "ObjectNotFound", RekkordErrorKind.NotFound, $"The object '{name}' is missing from the repository '{location}'.", name, inner);

    internal static StorageException TooLarge(string location, string name) => new(
        "ObjectTooLarge", RekkordErrorKind.InvalidData, $"The object '{name}' of the repository '{location}' is larger than any such object can be.", name);

    internal static StorageException TooShort(string location, string name) => new(
        "ObjectTruncated", RekkordErrorKind.InvalidData, $"The object '{name}' of the repository '{location}' ends too early.", name);

    /// <summary>Something stands in the place of an object, or of a directory of objects, that a store neither makes nor opens.</summary>
    internal static StorageException Obstructed(string location, string name, string obstacle, Exception? inner = null) => new(
        ObstructedId,
        RekkordErrorKind.InvalidData,
        $"'{name}' of the repository '{location}' was not opened, because {obstacle}: only files and directories belong there. Find out who put it there; then remove it, or put back what was there.",
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
        const int diskFullOnUnix = 28, quotaOnUnix = 122, diskFullOnWindows = unchecked((int)0x80070070);
        return inner.HResult is diskFullOnUnix or quotaOnUnix or diskFullOnWindows
            ? new StorageException(
                "RepositoryFull", RekkordErrorKind.WriteError, $"There is no room left in the repository '{location}'. Nothing that was saved before is affected; free some space and run it again.", name, inner)
            : new StorageException(
                "RepositoryWriteError", RekkordErrorKind.WriteError, $"'{name}' cannot be written to the repository '{location}': {inner.Message}", name, inner);
    }

    private static StorageException Obstructed(string location, ObstacleException obstacle) =>
        Obstructed(location, obstacle.Name, ObstacleException.Describe(obstacle.Kind), obstacle);
}

using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>The errors of SFTP servers and of the way to them.</summary>
internal static class SftpErrors
{
    /// <summary>The ID of the error when a connection breaks.</summary>
    public const string LostId = "SftpConnectionLost";

    /// <summary>A connection broke, or its server does not answer.</summary>
    /// <param name="location">Where the repository is.</param>
    /// <param name="reason">A sentence.</param>
    /// <param name="words">The last thing that ssh said; empty for nothing.</param>
    public static StorageException Lost(string location, string reason, string words) => new(
        LostId,
        RekkordErrorKind.ReadError,
        $"The connection to '{location}' is lost: {reason}{(words.Length == 0 ? "" : $" ssh says: {OneLine.From(words, 300)}")}",
        location)
    {
        IsTransient = true,
    };

    /// <summary>What comes from the server is something else.</summary>
    public static StorageException NotSftp(string location, Exception inner) => new(
        "SftpProtocolError",
        RekkordErrorKind.InvalidData,
        $"The server of '{location}' sends something that is not SFTP. Often, start-up files of the account's shell print something. Have them print only to a terminal, or use internal-sftp.",
        location,
        inner);

    /// <summary>The server says that there is no such file or directory.</summary>
    public static bool IsMissing(this SftpException error) => error.Status == SftpStatus.NoSuchFile;

    /// <summary>The error for what a server answers to a request that reads.</summary>
    public static StorageException ReadFailed(string location, string name, SftpException error) => error.Status switch
    {
        SftpStatus.NoSuchFile => StorageException.NotFound(location, name, error),
        SftpStatus.PermissionDenied => Denied(location, name, "read", error),
        _ => StorageException.ReadFailed(location, name, error),
    };

    /// <summary>The error for what a server answers to a request that changes something.</summary>
    public static StorageException WriteFailed(string location, string name, SftpException error) => error.Status switch
    {
        SftpStatus.NoSuchFile => StorageException.NotFound(location, name, error),
        SftpStatus.PermissionDenied => Denied(location, name, "change", error),
        _ => StorageException.WriteFailed(location, name, error),
    };

    /// <summary>The server has no room left.</summary>
    public static StorageException Full(string location, string name, SftpException error) => new(
        "RepositoryFull",
        RekkordErrorKind.WriteError,
        $"There is no room left in the repository '{location}'. Nothing that was saved before is affected; free some space and run it again.",
        name,
        error);

    private static StorageException Denied(string location, string name, string verb, SftpException error) => new(
        "RepositoryAccessDenied",
        RekkordErrorKind.PermissionDenied,
        $"The server does not let this account {verb} '{name}' of the repository '{location}'. Check the owner and permissions on the server, and what its SFTP server allows.",
        name,
        error);
}

/// <summary>A server's answer that a request failed.</summary>
internal sealed class SftpException(SftpStatus status, string words) : IOException(words)
{
    /// <summary>Its number.</summary>
    public SftpStatus Status { get; } = status;

    /// <summary>Reads one from an answer.</summary>
    public static SftpException From(SftpStatus status, SftpReply reply)
    {
        var words = reply.HasRest ? OneLine.From(reply.ReadString(), 300) : "";
        return new SftpException(status, words.Length == 0 ? $"The server says: {status}." : $"The server says: {words.TrimEnd('.')}.");
    }
}

using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.S3;

/// <summary>How a bucket is used. Not a record: what it holds must not be printed.</summary>
public sealed class S3Options
{
    // What lies there is not read without being asked for hours before.
    private static readonly string[] ArchiveClasses = ["GLACIER", "DEEP_ARCHIVE"];

    private static readonly string[] LockModes = [GovernanceMode, "COMPLIANCE"];

    /// <summary>The mode of object lock that those who have a right of its own may undo.</summary>
    internal const string GovernanceMode = "GOVERNANCE";

    /// <summary>The access key ID; null to look where the tools of AWS look.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The secret access key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>The session token of temporary keys; null when they are not temporary.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The region; null to take it from the URL, or to look where the tools of AWS look.</summary>
    public string? Region { get; init; }

    /// <summary>The storage class of new objects; null for the bucket's.</summary>
    public string? StorageClass { get; init; }

    /// <summary>The mode of object lock: <c>GOVERNANCE</c>, which null means too, or <c>COMPLIANCE</c>, which nobody can undo.</summary>
    public string? LockMode { get; init; }

    /// <summary>Checks what a server would tell too late, or not at all.</summary>
    /// <exception cref="RekkordException">Keys are incomplete (<c>StoreCredentialsIncomplete</c>), objects could not be read back (<c>StorageClassUnreadable</c>), or there is no such lock (<c>LockModeInvalid</c>).</exception>
    internal void Validate()
    {
        if (AccessKeyId is null != SecretKey is null || (SessionToken is not null && SecretKey is null))
        {
            throw new RekkordException(
                "StoreCredentialsIncomplete",
                RekkordErrorKind.InvalidArgument,
                "AccessKeyID and SecretKey ([S3]) belong together, and a SessionToken belongs to both. Give them all, or none of them to use those of the AWS tools.");
        }

        if (LockMode is { } lockMode && !LockModes.Contains(lockMode, StringComparer.OrdinalIgnoreCase))
        {
            throw new RekkordException(
                "LockModeInvalid", RekkordErrorKind.InvalidArgument, $"LockMode = {lockMode} ([S3]) is no mode of object lock. Write GOVERNANCE or COMPLIANCE.", lockMode);
        }

        if (StorageClass is { } storageClass && ArchiveClasses.Contains(storageClass, StringComparer.OrdinalIgnoreCase))
        {
            throw new RekkordException(
                "StorageClassUnreadable",
                RekkordErrorKind.InvalidArgument,
                $"StorageClass = {storageClass} ([S3]) puts objects where they cannot be read for hours, and each save reads some. Use GLACIER_IR or another class that is read at once.",
                storageClass);
        }
    }
}

using Rekkord.Engine.Restoring;

namespace Rekkord.Cmdlets.Models;

/// <summary>What a restore did.</summary>
public sealed class RekkordRestoreResult
{
    internal RekkordRestoreResult(RestoreResult result, TimeSpan duration)
    {
        Status = result.ErrorCount == 0 ? RekkordRestoreStatus.Succeeded : RekkordRestoreStatus.Partial;
        Snapshot = result.Snapshot.Id.ToString();
        Channel = result.Snapshot.Summary.Channel;
        Destination = result.Destination;
        Duration = duration;
        Files = result.Files;
        Directories = result.Directories;
        Size = result.Size;
        VerifiedFiles = result.VerifiedFiles;
        ErrorCount = result.ErrorCount;
        Errors = [.. result.Errors.Select(error => error.Message)];
    }

    /// <summary>Whether everything that was asked for is there.</summary>
    public RekkordRestoreStatus Status { get; }

    /// <summary>The snapshot's ID.</summary>
    public string Snapshot { get; }

    /// <summary>The snapshot's channel.</summary>
    public string Channel { get; }

    /// <summary>The directory restored into.</summary>
    public string Destination { get; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Entries made that are not directories.</summary>
    public long Files { get; }

    /// <summary>Directories made.</summary>
    public long Directories { get; }

    /// <summary>Bytes of the files made.</summary>
    public long Size { get; }

    /// <summary>Files that were read again and found equal (-Verify).</summary>
    public long VerifiedFiles { get; }

    /// <summary>How many entries are missing or not as they were saved.</summary>
    public long ErrorCount { get; }

    /// <summary>Why, a message each; the first 1,000.</summary>
    public string[] Errors { get; }

    /// <summary>How it ended, and of which snapshot to where.</summary>
    public override string ToString() => $"{Status} {Snapshot[..12]} to {Destination}";
}

/// <summary>How a restore ended.</summary>
public enum RekkordRestoreStatus
{
    /// <summary>Everything that was asked for is there.</summary>
    Succeeded,

    /// <summary>Something is missing, or not as it was saved.</summary>
    Partial,
}

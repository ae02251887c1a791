using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Snapshots;

/// <summary>A snapshot as a listing gives it: its ID and what its tag says.</summary>
/// <param name="Id">Its object ID.</param>
/// <param name="Summary">What is told of it.</param>
/// <param name="ObjectName">The object that holds its record.</param>
/// <param name="TagName">The object that files it under its channel; empty when it has none.</param>
/// <param name="KeyId">The ID, in hex, of the keyfile that signed it; empty: the master key.</param>
public sealed record Snapshot(Oid Id, SnapshotSummary Summary, string ObjectName, string TagName, string KeyId)
{
    /// <summary>How far two clocks may differ before one of them counts as wrong.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    /// <summary>Whether the signature of that keyfile counts.</summary>
    public SignerStatus SignerStatus { get; init; }

    /// <summary>When its object was stored, by the store's clock; null when that is not known. A copy may have lost it.</summary>
    public DateTimeOffset? StoredTime { get; init; }

    /// <summary>That it was removed; null when it was not.</summary>
    public SnapshotRemoval? Removal { get; init; }

    /// <summary>When the save ended, as it says itself.</summary>
    internal DateTimeOffset EndTime
    {
        get
        {
            var room = DateTimeOffset.MaxValue - Summary.Time;
            return Summary.Time + (Summary.Duration < TimeSpan.Zero ? TimeSpan.Zero : Summary.Duration < room ? Summary.Duration : room);
        }
    }

    /// <summary>Whether it says that it was made at a time that is still to come.</summary>
    /// <param name="now">The time now.</param>
    public bool IsAhead(DateTimeOffset now) => Summary.Time - now > ClockTolerance;

    /// <summary>Whether it cannot have been made when it says: that is still to come, or later than it was stored.</summary>
    /// <param name="now">The time now.</param>
    public bool HasImpossibleTime(DateTimeOffset now) => IsAhead(now) || Summary.Time - StoredTime > ClockTolerance;

    /// <summary>Whether a tag says of this snapshot what it says itself. Nobody may rely on the tag otherwise.</summary>
    internal bool Describes(Snapshot tag) => tag.Id == Id && SnapshotCodec.AreSame(tag.Summary, Summary);

    /// <summary>Where it stands in a list: at the time that it claims; when that is still to come, at the one at which it was stored.</summary>
    /// <param name="now">The time now.</param>
    internal DateTimeOffset ListTime(DateTimeOffset now) =>
        IsAhead(now) && StoredTime is { } stored && stored - now <= ClockTolerance ? stored : Summary.Time;
}

/// <summary>
/// Whether the signature of a snapshot counts. A record that no key of the repository signed has no such status: it is damage, and never
/// listed.
/// </summary>
public enum SignerStatus
{
    /// <summary>A key of the repository signed it, which was not revoked, or was revoked later.</summary>
    Trusted,

    /// <summary>The key that signed it was revoked, and the snapshot is not among those that stay good.</summary>
    Revoked,
}

/// <summary>That a snapshot was removed: lists and channels pass over it. Until its data is deleted it can be brought back.</summary>
/// <param name="RecordName">The object that says so.</param>
/// <param name="Time">When, by the clock of who removed it.</param>
/// <param name="KeyId">The ID, in hex, of the keyfile that signed that; empty: the master key.</param>
public sealed record SnapshotRemoval(string RecordName, DateTimeOffset Time, string KeyId);

/// <summary>One saved path of a snapshot.</summary>
/// <param name="Path">The absolute path, in the system's bytes.</param>
/// <param name="Entry">What was there.</param>
internal sealed record SnapshotRoot(byte[] Path, TreeEntry Entry);

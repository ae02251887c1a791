using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// What a user writes to name a snapshot or a part of one: <c>name</c>, <c>id:name</c> or <c>channel:name</c>, each with <c>:path</c>
/// if only a part is meant. A name without a prefix may be an ID, the beginning of one, or a channel.
/// </summary>
/// <param name="Name">The name, with its prefix.</param>
/// <param name="Path">A path within the snapshot; null for all of it.</param>
public sealed record SnapshotReference(string Name, string? Path)
{
    /// <summary>What says that an ID, or the beginning of one, follows.</summary>
    public const string IdPrefix = "id:";

    /// <summary>What says that a channel follows.</summary>
    public const string ChannelPrefix = "channel:";

    /// <summary>Takes a reference apart at its first colon after the prefix: a channel has none.</summary>
    public static SnapshotReference Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var start = StartsWith(text, IdPrefix) ? IdPrefix.Length : StartsWith(text, ChannelPrefix) ? ChannelPrefix.Length : 0;
        var colon = text.IndexOf(':', start);
        return colon < 0 ? new SnapshotReference(text, null) : new SnapshotReference(text[..colon], text[(colon + 1)..]);
    }

    /// <summary>Whether a channel can have this name, so that no reference could mean two things because of it.</summary>
    public static bool CanName(string channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return !channel.Contains(':', StringComparison.Ordinal) && !StartsWith(IdPrefix, $"{channel}:") && !StartsWith(ChannelPrefix, $"{channel}:");
    }

    internal static bool StartsWith(string text, string prefix) => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The name in a reference, and what it may be.</summary>
/// <param name="Text">The name without its prefix.</param>
/// <param name="MayBeId">Whether it may be an ID or the beginning of one.</param>
/// <param name="MayBeChannel">Whether it may be a channel.</param>
public sealed record SnapshotName(string Text, bool MayBeId, bool MayBeChannel)
{
    /// <summary>The fewest digits that name a snapshot.</summary>
    public const int MinimumIdLength = 4;

    private const int IdLength = Oid.Length * 2;

    /// <summary>Whether it is all of an ID, which never means anything else: what comes down a pipeline has these.</summary>
    public bool IsWholeId => MayBeId && Text.Length == IdLength;

    /// <summary>Reads a name.</summary>
    /// <exception cref="RekkordException">What follows <c>id:</c> is not an ID (<c>SnapshotIdInvalid</c>).</exception>
    public static SnapshotName Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (SnapshotReference.StartsWith(name, SnapshotReference.ChannelPrefix))
            return new SnapshotName(name[SnapshotReference.ChannelPrefix.Length..], MayBeId: false, MayBeChannel: true);
        if (!SnapshotReference.StartsWith(name, SnapshotReference.IdPrefix))
            return new SnapshotName(name, IsId(name), MayBeChannel: !IsId(name) || name.Length < IdLength);
        var id = name[SnapshotReference.IdPrefix.Length..];
        return IsId(id) ? new SnapshotName(id, MayBeId: true, MayBeChannel: false) : throw new RekkordException(
            "SnapshotIdInvalid",
            RekkordErrorKind.InvalidArgument,
            $"'{id}' is not a snapshot's ID or the beginning of one, which has {MinimumIdLength} to {IdLength} hex digits. Get-RekkordSnapshot lists the IDs. For a channel, write '{SnapshotReference.ChannelPrefix}' before its name.",
            name);
    }

    /// <summary>Whether a snapshot has the ID that this is, or one that begins so.</summary>
    public bool IsIdOf(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return MayBeId && SnapshotReference.StartsWith(snapshot.Id.ToString(), Text);
    }

    private static bool IsId(string text) => text.Length is >= MinimumIdLength and <= IdLength && text.All(char.IsAsciiHexDigit);
}

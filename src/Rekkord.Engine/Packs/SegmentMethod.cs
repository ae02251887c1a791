namespace Rekkord.Engine.Packs;

/// <summary>How a segment's bytes are compressed before they are sealed.</summary>
internal enum SegmentMethod : byte
{
    /// <summary>Not at all.</summary>
    Stored = 0,

    /// <summary>One Zstandard frame (RFC 8878).</summary>
    Zstandard = 1,
}

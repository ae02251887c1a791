using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Index;

/// <summary>Where a blob lies: a place within a segment of a pack.</summary>
/// <param name="Segment">The segment's number in the index in memory.</param>
/// <param name="Offset">Where it starts in the decompressed segment, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Type">What it holds.</param>
internal readonly record struct BlobLocation(int Segment, int Offset, int Length, BlobType Type);

using Rekkord.Engine.Packs;

namespace Rekkord.Engine.Index;

/// <summary>Where a segment lies.</summary>
/// <param name="Pack">The pack's number in the index in memory.</param>
/// <param name="Ordinal">Its place among the pack's segments, from 0.</param>
/// <param name="Offset">Where it starts in the pack, in bytes.</param>
/// <param name="StoredLength">Bytes it takes there, its tag included.</param>
/// <param name="Length">Bytes once decompressed.</param>
/// <param name="Method">How it is compressed.</param>
internal readonly record struct SegmentLocation(int Pack, int Ordinal, long Offset, int StoredLength, int Length, SegmentMethod Method);

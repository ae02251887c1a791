using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Packs;

/// <summary>One blob within a segment, as a pack's directory lists it.</summary>
internal readonly record struct BlobEntry(BlobType Type, Oid Oid, int Length);

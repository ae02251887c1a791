namespace Rekkord.Engine.Chunking;

/// <summary>The sizes that chunking aims at, in bytes. They are part of a repository's descriptor: equal content must be cut equally by all.</summary>
/// <param name="Minimum">No cut is looked for before this.</param>
/// <param name="Average">A power of two; cuts become likelier after it.</param>
/// <param name="Maximum">A cut is made here at the latest.</param>
internal sealed record ChunkSizes(int Minimum, int Average, int Maximum)
{
    /// <summary>The least that <see cref="Minimum"/> may be.</summary>
    public const int LeastMinimum = 4096;

    /// <summary>
    /// 16 KiB, 64 KiB and 1 MiB: a small change in a large file costs little. What is compressed together is the segment, so small
    /// chunks do not cost compression; they cost memory for the index, some 50 bytes a chunk.
    /// </summary>
    public static ChunkSizes Default { get; } = new(16 * 1024, 64 * 1024, 1024 * 1024);

    /// <summary>Whether sizes read from a descriptor can be worked with in bounded memory.</summary>
    public bool IsValid =>
        Minimum >= LeastMinimum && Average > Minimum && Maximum > Average && Maximum <= 64 * 1024 * 1024 && int.IsPow2(Average);
}

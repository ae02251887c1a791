namespace Rekkord.Engine.Chunking;

/// <summary>The sizes that chunking aims at, in bytes. They are part of a repository's descriptor: equal content must be cut equally by all.</summary>
/// <param name="Minimum">No cut is looked for before this.</param>
/// <param name="Average">A power of two; cuts become likelier after it.</param>
/// <param name="Maximum">A cut is made here at the latest.</param>
internal sealed record ChunkSizes(int Minimum, int Average, int Maximum)
{
    /// <summary>512 KiB, 1 MiB and 8 MiB.</summary>
    public static ChunkSizes Default { get; } = new(512 * 1024, 1024 * 1024, 8 * 1024 * 1024);

    /// <summary>Whether sizes read from a descriptor can be worked with in bounded memory.</summary>
    public bool IsValid =>
        Minimum >= 4096 && Average > Minimum && Maximum > Average && Maximum <= 64 * 1024 * 1024 && int.IsPow2(Average);
}

using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Chunking;

/// <summary>References to the chunks that a file had when it was saved last, in order. They need not be trustworthy. For one thread.</summary>
internal abstract class EarlierChunks
{
    /// <summary>Nothing is known.</summary>
    public static EarlierChunks None { get; } = new InMemory(default);

    /// <summary>How many there are; fewer once it shows that some cannot be read.</summary>
    public abstract long Count { get; }

    /// <summary>One of them, encoded; zeros for one that cannot be read.</summary>
    public abstract ReadOnlySpan<byte> this[long index] { get; }

    /// <summary>References that are in memory.</summary>
    public static EarlierChunks Of(ReadOnlyMemory<byte> references) => references.IsEmpty ? None : new InMemory(references);

    private sealed class InMemory(ReadOnlyMemory<byte> references) : EarlierChunks
    {
        public override long Count => references.Length / ChunkReference.EncodedLength;

        public override ReadOnlySpan<byte> this[long index] => references.Span.Slice((int)index * ChunkReference.EncodedLength, ChunkReference.EncodedLength);
    }
}

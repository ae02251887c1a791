using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rekkord.Engine.Chunking;

/// <summary>
/// Content-defined chunking: cuts where the content itself says so, so that an insertion moves only the cuts beside it.
/// FastCDC with normalized chunking (Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data
/// Deduplication", USENIX ATC 2016), its gear table drawn from the repository's secret, so that chunk sizes do not tell
/// which known file was saved. Immutable and thread-safe.
/// </summary>
internal sealed class FastCdc
{
    /// <summary>Bytes of secret from which the gear table is made.</summary>
    public const int GearLength = 256 * sizeof(ulong);

    // Normalization of level 2: before the average size a cut needs two bits more than log2(average), after it two bits less.
    private const int Normalization = 2;

    // What is older has been shifted out of the hash.
    private const int HashedBytes = 64;

    private readonly ulong[] _gear = new ulong[256];
    private readonly int _strictShift;
    private readonly int _looseShift;

    /// <summary>Creates a chunker.</summary>
    /// <param name="gear">2,048 secret bytes.</param>
    /// <param name="parameters">The sizes.</param>
    public FastCdc(ReadOnlySpan<byte> gear, ChunkSizes parameters)
    {
        for (var i = 0; i < _gear.Length; i++)
            _gear[i] = BinaryPrimitives.ReadUInt64LittleEndian(gear[(i * sizeof(ulong))..]);
        Sizes = parameters;
        var averageBits = int.Log2(parameters.Average);
        _strictShift = 64 - (averageBits + Normalization);
        _looseShift = 64 - (averageBits - Normalization);
    }

    /// <summary>The smallest, average and largest chunk.</summary>
    public ChunkSizes Sizes { get; }

    /// <summary>Finds the length of the next chunk.</summary>
    /// <param name="data">What follows the last cut: at least <see cref="ChunkSizes.Maximum"/> bytes, or all that is left of the content.</param>
    /// <returns>The chunk's length in bytes, 1 to the maximum; all of <paramref name="data"/> when it holds no cut.</returns>
    public int FindCut(ReadOnlySpan<byte> data)
    {
        if (data.Length <= Sizes.Minimum)
            return data.Length;

        var end = Math.Min(data.Length, Sizes.Maximum);
        var middle = Math.Min(end, Sizes.Average);
        var hash = 0UL;
        var position = Scan(data[..middle], Sizes.Minimum, _strictShift, ref hash);
        return position < middle ? position : Scan(data[..end], position, _looseShift, ref hash);
    }

    /// <summary>
    /// Whether a chunk may end where this one does, as far as its last 64 bytes say: so it is for every chunk that
    /// <see cref="FindCut"/> cuts within a content, and by chance for one of many others.
    /// </summary>
    public bool CanCutAfter(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length <= Sizes.Minimum || chunk.Length >= Sizes.Maximum)
            return chunk.Length == Sizes.Maximum;
        var hash = 0UL;
        foreach (var value in chunk[Math.Max(Sizes.Minimum, chunk.Length - HashedBytes)..])
            hash = (hash << 1) + _gear[value];
        return hash >> _looseShift == 0;
    }

    /// <summary>Rolls the gear hash until its upper bits, which depend on the last 64 bytes, are all zero.</summary>
    private int Scan(ReadOnlySpan<byte> data, int start, int shift, ref ulong hash)
    {
        ref var gear = ref MemoryMarshal.GetArrayDataReference(_gear);
        for (var i = start + SkipWithoutCut(data[start..], 1UL << shift, ref hash); i < data.Length; i++)
        {
            hash = (hash << 1) + Unsafe.Add(ref gear, data[i]);
            if (hash >> shift == 0)
                return i + 1;
        }

        return data.Length;
    }

    /// <summary>Rolls the hash on by eight bytes at a time, up to the eight with a cut, or the last few: half again as fast as one by one.</summary>
    /// <returns>How many bytes were passed over.</returns>
    private int SkipWithoutCut(ReadOnlySpan<byte> data, ulong limit, ref ulong hash)
    {
        ref var gear = ref MemoryMarshal.GetArrayDataReference(_gear);
        var h8 = hash;
        var position = 0;
        for (; position + 8 <= data.Length; position += 8)
        {
            var next = data.Slice(position, 8);
            var h1 = (h8 << 1) + Unsafe.Add(ref gear, next[0]);
            var h2 = (h1 << 1) + Unsafe.Add(ref gear, next[1]);
            var h3 = (h2 << 1) + Unsafe.Add(ref gear, next[2]);
            var h4 = (h3 << 1) + Unsafe.Add(ref gear, next[3]);
            var h5 = (h4 << 1) + Unsafe.Add(ref gear, next[4]);
            var h6 = (h5 << 1) + Unsafe.Add(ref gear, next[5]);
            var h7 = (h6 << 1) + Unsafe.Add(ref gear, next[6]);
            var last = (h7 << 1) + Unsafe.Add(ref gear, next[7]);
            if (h1 < limit || h2 < limit || h3 < limit || h4 < limit || h5 < limit || h6 < limit || h7 < limit || last < limit)
                break;
            h8 = last;
        }

        hash = h8;
        return position;
    }
}

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

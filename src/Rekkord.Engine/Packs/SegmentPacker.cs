using System.Buffers;
using Rekkord.Engine.Objects;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Rekkord.Engine.Packs;

/// <summary>
/// Lays blobs into segments, compresses each full segment and hands it to the pack writer. A worker has one of its own, so
/// that blobs that come together lie together. Not thread-safe.
/// </summary>
internal sealed class SegmentPacker : IDisposable
{
    private readonly PackWriter _packs;
    private readonly Compressor _compressor;
    private readonly int _segmentSize;
    private readonly byte[] _open;
    private readonly List<BlobEntry> _blobs = [];
    private byte[] _compressed;
    private int _length;

    /// <summary>Creates a packer.</summary>
    /// <param name="packs">Takes the segments.</param>
    /// <param name="segmentSize">From this many bytes on a blob is a segment by itself.</param>
    /// <param name="compressionLevel">Zstandard's level, 1 to 22.</param>
    public SegmentPacker(PackWriter packs, int segmentSize, int compressionLevel)
    {
        _packs = packs;
        _segmentSize = segmentSize;
        _compressor = CreateCompressor(compressionLevel);
        _open = ArrayPool<byte>.Shared.Rent(2 * segmentSize);
        _compressed = ArrayPool<byte>.Shared.Rent(Compressor.GetCompressBound(2 * segmentSize));
    }

    /// <summary>Adds a blob whose ID is known and new.</summary>
    public void Add(BlobType type, Oid oid, ReadOnlySpan<byte> plaintext)
    {
        var entry = new BlobEntry(type, oid, plaintext.Length);
        if (plaintext.Length >= _segmentSize)
        {
            Emit(plaintext, [entry]);
            return;
        }

        plaintext.CopyTo(_open.AsSpan(_length));
        _length += plaintext.Length;
        _blobs.Add(entry);
        if (_length >= _segmentSize)
            Flush();
    }

    /// <summary>Closes the open segment.</summary>
    public void Flush()
    {
        if (_blobs.Count == 0)
            return;
        Emit(_open.AsSpan(0, _length), _blobs);
        _blobs.Clear();
        _length = 0;
    }

    public void Dispose()
    {
        _compressor.Dispose();
        ArrayPool<byte>.Shared.Return(_open);
        ArrayPool<byte>.Shared.Return(_compressed);
    }

    /// <summary>
    /// Level 1 gets a window over the whole segment, a larger table and shorter matches than Zstandard has for it: 2 to 7% smaller, in no
    /// more time (bench/results/limits.md).
    /// </summary>
    internal static Compressor CreateCompressor(int level)
    {
        var compressor = new Compressor(level);
        if (level == 1)
        {
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, 20);
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_hashLog, 15);
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_minMatch, 6);
        }

        return compressor;
    }

    private void Emit(ReadOnlySpan<byte> plaintext, IReadOnlyList<BlobEntry> blobs)
    {
        var bound = Compressor.GetCompressBound(plaintext.Length);
        if (_compressed.Length < bound)
        {
            ArrayPool<byte>.Shared.Return(_compressed);
            _compressed = ArrayPool<byte>.Shared.Rent(bound);
        }

        var length = _compressor.Wrap(plaintext, _compressed);
        if (length < plaintext.Length)
            _packs.Append(_compressed.AsSpan(0, length), SegmentMethod.Zstandard, blobs);
        else
            _packs.Append(plaintext, SegmentMethod.Stored, blobs);
    }
}

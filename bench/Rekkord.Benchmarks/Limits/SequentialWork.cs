using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using ZstdSharp;

namespace Rekkord.Benchmarks.Limits;

/// <summary>Does with files what a save, a scan and a restore do with their content, by the engine's own parts, one after the other on one thread.</summary>
internal sealed class SequentialWork : IDisposable
{
    private const int SlabLength = 4 * 1024 * 1024;
    private const int SegmentSize = 1024 * 1024;

    private static readonly byte[] Nonce = new byte[PackFormat.NonceLength];

    private readonly PartTimes _times;
    private readonly string _directory;
    private readonly FastCdc _chunker;
    private readonly BlobHasher _hasher = new(new byte[32]);
    private readonly OidSet _known = new();
    private readonly Compressor _compressor = SegmentPacker.CreateCompressor(1);
    private readonly Decompressor _decompressor = new();
    private readonly AesGcm _aead = new(new byte[PackFormat.KeyLength], PackFormat.TagLength);
    private readonly IncrementalHash _packHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SafeFileHandle _pack;
    private readonly byte[] _slab = new byte[SlabLength];
    private readonly byte[] _segment = new byte[2 * SegmentSize];
    private readonly byte[] _compressed = new byte[Compressor.GetCompressBound(2 * SegmentSize)];
    private readonly byte[] _sealed = new byte[Compressor.GetCompressBound(2 * SegmentSize) + PackFormat.TagLength];
    private int _segmentLength;
    private long _packLength;

    public SequentialWork(PartTimes times, string directory)
    {
        _times = times;
        var gear = new byte[FastCdc.GearLength];
        new RandomContent(1).FillRandom(gear);
        _chunker = new FastCdc(gear, ChunkSizes.Default);
        _directory = Directory.CreateDirectory(directory).FullName;
        _pack = File.OpenHandle(Path.Combine(_directory, "pack"), FileMode.CreateNew, FileAccess.ReadWrite);
    }

    /// <summary>Works on a file.</summary>
    public void Process(string path)
    {
        var start = Stopwatch.GetTimestamp();
        using var file = File.OpenHandle(path);
        _times.Add(Part.ReadFiles, start);

        start = Stopwatch.GetTimestamp();
        var copyPath = Path.Combine(_directory, "copy");
        using var copy = File.OpenHandle(copyPath, FileMode.Create, FileAccess.Write);
        _times.Add(Part.WriteFiles, start);

        var (filled, offset) = (0, 0L);
        for (var ended = false; !ended;)
        {
            start = Stopwatch.GetTimestamp();
            var read = RandomAccess.Read(file, _slab.AsSpan(filled), offset);
            _times.Add(Part.ReadFiles, start);
            ended = read == 0;

            start = Stopwatch.GetTimestamp();
            RandomAccess.Write(copy, _slab.AsSpan(filled, read), offset);
            _times.Add(Part.WriteFiles, start);
            offset += read;
            filled = ProcessSlab(filled + read, ended);
        }

        File.Delete(copyPath);
    }

    /// <summary>Closes the last segment.</summary>
    public void Finish()
    {
        if (_segmentLength > 0)
            Emit();
    }

    public void Dispose()
    {
        _pack.Dispose();
        _packHash.Dispose();
        _aead.Dispose();
        _compressor.Dispose();
        _decompressor.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Cuts what a slab holds and stores the chunks.</summary>
    /// <returns>How many bytes are left, at its beginning.</returns>
    private int ProcessSlab(int filled, bool ended)
    {
        var position = 0;
        while (position < filled)
        {
            var start = Stopwatch.GetTimestamp();
            var length = _chunker.FindCut(_slab.AsSpan(position, filled - position));
            _times.Add(Part.Cut, start);
            if (position + length == filled && length < _chunker.Sizes.Maximum && !ended)
                break;
            Store(_slab.AsSpan(position, length));
            position += length;
        }

        _slab.AsSpan(position, filled - position).CopyTo(_slab);
        return filled - position;
    }

    private void Store(ReadOnlySpan<byte> chunk)
    {
        var start = Stopwatch.GetTimestamp();
        var oid = _hasher.Compute(BlobType.Data, chunk);
        var seconds = _times.Add(Part.Identify, start);
        if (!_known.Add(oid))
            return;
        _times.Add(Part.IdentifyNew, seconds);
        chunk.CopyTo(_segment.AsSpan(_segmentLength));
        _segmentLength += chunk.Length;
        if (_segmentLength >= SegmentSize)
            Emit();
    }

    private void Emit()
    {
        var segment = _segment.AsSpan(0, _segmentLength);
        var start = Stopwatch.GetTimestamp();
        var length = _compressor.Wrap(segment, _compressed);
        _times.Add(Part.Compress, start);

        var isCompressed = length < segment.Length;
        var body = isCompressed ? _compressed.AsSpan(0, length) : segment;
        WriteSealed(body);
        ReadSealed(body);
        if (isCompressed)
        {
            start = Stopwatch.GetTimestamp();
            Compression.Decompress(_decompressor, body, segment);
            _times.Add(Part.Decompress, start);
        }

        _segmentLength = 0;
    }

    /// <summary>Each segment under the same key and nonce: they are thrown away.</summary>
    private void WriteSealed(ReadOnlySpan<byte> body)
    {
        var whole = _sealed.AsSpan(0, body.Length + PackFormat.TagLength);
        var start = Stopwatch.GetTimestamp();
        _aead.Encrypt(Nonce, body, whole[..body.Length], whole[body.Length..]);
        _times.Add(Part.Seal, start);

        start = Stopwatch.GetTimestamp();
        _packHash.AppendData(whole);
        _times.Add(Part.HashPacks, start);

        start = Stopwatch.GetTimestamp();
        RandomAccess.Write(_pack, whole, _packLength);
        _times.Add(Part.WritePacks, start);
    }

    private void ReadSealed(Span<byte> body)
    {
        var whole = _sealed.AsSpan(0, body.Length + PackFormat.TagLength);
        var start = Stopwatch.GetTimestamp();
        RandomAccess.Read(_pack, whole, _packLength);
        _times.Add(Part.ReadPacks, start);
        _packLength += whole.Length;

        start = Stopwatch.GetTimestamp();
        _aead.Decrypt(Nonce, whole[..body.Length], whole[body.Length..], body);
        _times.Add(Part.Open, start);
    }
}

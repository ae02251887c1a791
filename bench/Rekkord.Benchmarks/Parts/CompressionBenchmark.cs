using BenchmarkDotNet.Attributes;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.Packs;
using ZstdSharp;

namespace Rekkord.Benchmarks.Parts;

/// <summary>Compressing and decompressing a segment of 1 MiB at the default level.</summary>
public class CompressionBenchmark : IDisposable
{
    private readonly Compressor _compressor = SegmentPacker.CreateCompressor(1);
    private readonly Decompressor _decompressor = new();
    private readonly byte[] _plaintext = new byte[1024 * 1024];
    private readonly byte[] _compressed = new byte[Compressor.GetCompressBound(1024 * 1024)];
    private int _length;

    [Params(false, true)]
    public bool Text { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        var content = new RandomContent(1);
        if (Text)
            content.FillText(_plaintext);
        else
            content.FillRandom(_plaintext);
        _length = Compress();
    }

    [Benchmark]
    public int Compress() => _compressor.Wrap(_plaintext, _compressed);

    [Benchmark]
    public int Decompress() => _decompressor.Unwrap(_compressed.AsSpan(0, _length), _plaintext);

    public void Dispose()
    {
        _compressor.Dispose();
        _decompressor.Dispose();
        GC.SuppressFinalize(this);
    }
}

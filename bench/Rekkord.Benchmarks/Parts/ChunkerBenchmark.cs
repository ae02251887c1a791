using BenchmarkDotNet.Attributes;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.Chunking;

namespace Rekkord.Benchmarks.Parts;

/// <summary>Cutting 32 MiB of random bytes.</summary>
public class ChunkerBenchmark
{
    private const int Length = 32 * 1024 * 1024;

    private readonly byte[] _data = new byte[Length];
    private readonly FastCdc _chunker = CreateChunker();

    [GlobalSetup]
    public void Fill() => new RandomContent(1).FillRandom(_data);

    [Benchmark]
    public int Cut()
    {
        var chunks = 0;
        for (var position = 0; position < _data.Length; chunks++)
            position += _chunker.FindCut(_data.AsSpan(position));
        return chunks;
    }

    private static FastCdc CreateChunker()
    {
        var gear = new byte[FastCdc.GearLength];
        new RandomContent(2).FillRandom(gear);
        return new FastCdc(gear, ChunkSizes.Default);
    }
}

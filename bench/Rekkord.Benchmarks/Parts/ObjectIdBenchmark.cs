using BenchmarkDotNet.Attributes;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.Objects;

namespace Rekkord.Benchmarks.Parts;

/// <summary>The ID of one blob.</summary>
public class ObjectIdBenchmark : IDisposable
{
    private readonly BlobHasher _hasher = new(new byte[32]);
    private byte[] _blob = [];

    [Params(4096, 1024 * 1024)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Fill() => new RandomContent(1).FillRandom(_blob = new byte[Length]);

    [GlobalCleanup]
    public void Dispose()
    {
        _hasher.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Compute() => _hasher.Compute(BlobType.Data, _blob).GetHashCode();
}

using BenchmarkDotNet.Attributes;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.Objects;

namespace Rekkord.Benchmarks.Parts;

/// <summary>Asking whether content is stored already, of a million blobs that are.</summary>
public class IndexLookupBenchmark
{
    private const int Count = 1_000_000;

    private readonly OidSet _known = new();
    private readonly Oid[] _oids = new Oid[1024];
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        var random = new RandomContent(1);
        var bytes = new byte[Oid.Length];
        for (var i = 0; i < Count; i++)
        {
            random.FillRandom(bytes);
            _known.Add(_oids[i % _oids.Length] = new Oid(bytes));
        }
    }

    [Benchmark]
    public bool Find() => _known.Contains(_oids[_next++ % _oids.Length]);
}

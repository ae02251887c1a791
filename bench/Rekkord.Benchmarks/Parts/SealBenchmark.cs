using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.Packs;

namespace Rekkord.Benchmarks.Parts;

/// <summary>Sealing and opening a segment of 1 MiB.</summary>
public class SealBenchmark : IDisposable
{
    private readonly AesGcm _aead = new(new byte[PackFormat.KeyLength], PackFormat.TagLength);
    private readonly byte[] _nonce = new byte[PackFormat.NonceLength];
    private readonly byte[] _tag = new byte[PackFormat.TagLength];
    private readonly byte[] _plaintext = new byte[1024 * 1024];
    private readonly byte[] _sealed = new byte[1024 * 1024];

    [GlobalSetup]
    public void Fill()
    {
        new RandomContent(1).FillRandom(_plaintext);
        Seal();
    }

    [Benchmark]
    public void Seal() => _aead.Encrypt(_nonce, _plaintext, _sealed, _tag);

    [Benchmark]
    public void Open() => _aead.Decrypt(_nonce, _sealed, _tag, _plaintext);

    public void Dispose()
    {
        _aead.Dispose();
        GC.SuppressFinalize(this);
    }
}

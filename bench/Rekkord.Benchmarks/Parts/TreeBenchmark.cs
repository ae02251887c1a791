using BenchmarkDotNet.Attributes;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Benchmarks.Parts;

/// <summary>Encoding and decoding one entry of a directory.</summary>
public class TreeBenchmark
{
    private readonly TreeEntryEncoder _encoder = new();
    private readonly TreeEntry _entry = CreateEntry();
    private byte[] _encoded = [];

    [GlobalSetup]
    public void EncodeOnce() => _encoded = Encode();

    [Benchmark]
    public byte[] Encode() => _encoder.Encode(_entry);

    [Benchmark]
    public object Decode() => TreeEntryDecoder.DecodeEntry(_encoded);

    private static TreeEntry CreateEntry()
    {
        var chunks = new byte[ChunkReference.EncodedLength];
        new RandomContent(1).FillRandom(chunks.AsSpan(0, Oid.Length));
        return new TreeEntry
        {
            Name = FileName.FromText("a name of usual length.txt"),
            Metadata = new FileMetadata
            {
                Kind = FileKind.File,
                Mode = 0x1a4,
                UserId = 1000,
                GroupId = 1000,
                UserName = "someone",
                GroupName = "someone",
                ModifiedTime = new FileTime(1_780_000_000, 123_456_789),
                CreatedTime = new FileTime(1_780_000_000, 123_456_789),
            },
            Size = 12_345,
            Chunks = chunks,
        };
    }
}

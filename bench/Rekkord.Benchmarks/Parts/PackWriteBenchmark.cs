using BenchmarkDotNet.Attributes;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Benchmarks.Parts;

/// <summary>
/// Writing one pack of 16 segments of 1 MiB to a repository in the temporary directory: sealing, writing, flushing, renaming. It is
/// removed again at once, so that the disk does not fill.
/// </summary>
public class PackWriteBenchmark
{
    private const int Segments = 16;

    private readonly byte[] _segment = new byte[1024 * 1024];
    private readonly string _directory = Directory.CreateTempSubdirectory("rekkord-pack-").FullName;
    private BlobEntry _blob;
    private RepositoryAccess? _repository;
    private DirectoryObjectStore? _store;

    private string RepositoryDirectory => Path.Combine(_directory, "repository");

    [GlobalSetup]
    public void CreateRepository()
    {
        var content = new RandomContent(1);
        var oid = new byte[Oid.Length];
        content.FillRandom(oid);
        content.FillRandom(_segment);
        _blob = new BlobEntry(BlobType.Data, new Oid(oid), _segment.Length);
        _store = DirectoryObjectStore.CreateOrOpen(RepositoryDirectory);
        _repository = RepositoryAccess.Initialize(_store, KeyMaterial.CreateMaster());
    }

    [Benchmark]
    public void Write()
    {
        using var writer = new PackWriter(_store!, _repository!.Keys, _repository.Descriptor, PackKind.Data, stored => File.Delete(Path.Combine(RepositoryDirectory, stored.Name)), default);
        for (var i = 0; i < Segments; i++)
            writer.Append(_segment, SegmentMethod.Stored, [_blob]);
        writer.Finish();
    }

    [GlobalCleanup]
    public void RemoveRepository()
    {
        _repository!.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

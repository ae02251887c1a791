using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Stores again, in new packs, what can still be read of damaged ones: one wrong byte in a pack must not cost the other
/// thousand files in it when the pack is put aside.
/// </summary>
internal sealed class PackSalvage
{
    private const int CompressionLevel = 3;

    private readonly RepositoryAccess _repository;
    private readonly OidSet _known = new();

    /// <summary>Prepares a salvage.</summary>
    /// <param name="repository">The repository, opened with a key that can read and write.</param>
    /// <param name="sound">The packs that stay: what they hold is not stored again.</param>
    public PackSalvage(RepositoryAccess repository, IEnumerable<StoredPack> sound)
    {
        _repository = repository;
        foreach (var pack in sound)
        {
            foreach (var blob in BlobsOf(pack))
                _known.Add(blob.Oid);
        }
    }

    /// <summary>Salvages packs, and writes an index of what it stored and of the packs that have none.</summary>
    /// <param name="damaged">The damaged packs.</param>
    /// <param name="unindexed">Sound packs that no index names.</param>
    /// <param name="cancellation">Stops between blobs; what was stored by then lies in packs without an index, which is no harm.</param>
    public void Run(IReadOnlyList<StoredPack> damaged, IReadOnlyList<StoredPack> unindexed, CancellationToken cancellation)
    {
        using var sink = new BlobSink(_repository, _known, unindexed, CompressionLevel);
        using var packer = sink.CreateDataPacker();
        foreach (var pack in damaged)
        {
            var index = new BlobIndex();
            index.Add(pack);
            using var reader = new BlobReader(_repository, index);
            foreach (var blob in BlobsOf(pack))
            {
                cancellation.ThrowIfCancellationRequested();
                Store(sink, packer, reader, blob);
            }
        }

        packer.Flush();
        sink.Finish();
    }

    private void Store(BlobSink sink, SegmentPacker packer, BlobReader reader, BlobEntry blob)
    {
        if (_known.Contains(blob.Oid))
            return;
        try
        {
            using var content = reader.Read(blob.Type, blob.Oid);
            var bytes = content.Bytes.Span;
            if (blob.Type == BlobType.Data)
                sink.StoreData(packer, bytes);
            else
                sink.StoreMetadata(blob.Type, bytes);
        }
        catch (RekkordException error) when (error.Kind == RekkordErrorKind.InvalidData)
        {
            // The scan has reported it as lost already; there is nothing to salvage.
            System.Diagnostics.Debug.WriteLine(error.Message);
        }
    }

    private static List<BlobEntry> BlobsOf(StoredPack pack)
    {
        var blobs = new List<BlobEntry>();
        var reader = new PackDirectoryReader(pack.Directory.Span);
        while (reader.NextSegment(out _, out _))
        {
            while (reader.NextBlob(out var blob))
                blobs.Add(blob);
        }

        return blobs;
    }
}

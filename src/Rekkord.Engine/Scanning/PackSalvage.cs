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

        // Once more: what was misread for a moment must not be left behind in a pack that is put aside.
        using var content = TryRead(reader, blob) ?? TryRead(reader, blob);
        if (content is null)
            return;
        var bytes = content.Bytes.Span;
        if (blob.Type == BlobType.Data)
            sink.StoreData(packer, bytes);
        else
            sink.StoreMetadata(blob.Type, bytes);
    }

    /// <summary>Reads a blob; null when it is damaged, which the scan has reported already.</summary>
    private static Blob? TryRead(BlobReader reader, BlobEntry blob)
    {
        try
        {
            return reader.Read(blob.Type, blob.Oid);
        }
        catch (RekkordException error) when (error.Kind == RekkordErrorKind.InvalidData)
        {
            return null;
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

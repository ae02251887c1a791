using System.Diagnostics.CodeAnalysis;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Stores again, in new packs, what can still be read of damaged ones: one wrong byte in a pack must not cost the other
/// thousand files in it when the pack is moved to quarantine.
/// </summary>
internal sealed class PackSalvage
{
    private const int CompressionLevel = 3;

    private readonly RepositoryAccess _repository;
    private readonly BlobIndex _staying = new();
    private readonly BlobIndex _leaving = new();

    /// <summary>Prepares a salvage.</summary>
    /// <param name="repository">The repository, opened with a key that can read and write.</param>
    /// <param name="sound">
    /// The packs that are not damaged. What can be read from one that stays is not stored again. What is condemned may be deleted because a damaged pack has a copy, so
    /// it is only read from.
    /// </param>
    /// <param name="condemned">What is condemned. Where a record of it cannot be read, no pack is known to stay.</param>
    public PackSalvage(RepositoryAccess repository, IEnumerable<StoredPack> sound, CondemnedList condemned)
    {
        _repository = repository;
        foreach (var pack in sound)
            (condemned.Unread.Count > 0 || condemned.Packs.Contains(pack.Name) ? _leaving : _staying).Add(pack);
    }

    /// <summary>Salvages packs, and writes an index of what it stored and of the packs that have none.</summary>
    /// <param name="damaged">The damaged packs.</param>
    /// <param name="unindexed">Sound packs that no index names.</param>
    /// <param name="cancellation">Stops between blobs; what was stored by then lies in packs without an index, which is no harm.</param>
    /// <returns>The packs of which something could not be read for a reason that may pass, by name, with that reason.</returns>
    public IReadOnlyDictionary<string, RekkordException> Run(IReadOnlyList<StoredPack> damaged, IReadOnlyList<StoredPack> unindexed, CancellationToken cancellation)
    {
        var unfinished = new Dictionary<string, RekkordException>(StringComparer.Ordinal);
        var stored = new OidSet();
        using var sink = new WriteSession(_repository, stored, new IndexWriter(_repository), unindexed, CompressionLevel, cancellation);
        using var packer = sink.CreateDataPacker();
        using var staying = new BlobReader(_repository, _staying, cancellation);
        using var leaving = new BlobReader(_repository, _leaving, cancellation);
        foreach (var pack in damaged)
        {
            var index = new BlobIndex();
            index.Add(pack);
            using var reader = new BlobReader(_repository, index, cancellation);
            foreach (var blob in TableOfContentsReader.BlobsOf(pack))
            {
                cancellation.ThrowIfCancellationRequested();

                // The damaged one twice: what was misread for a moment must not be left behind in a pack that is moved to quarantine.
                if (!stored.Contains(blob.Oid) && !Store(sink, packer, staying, [reader, reader, leaving], blob, out var error))
                    unfinished[pack.Name] = error;
            }
        }

        packer.Flush();
        sink.Finish();
        return unfinished;
    }

    /// <summary>Stores a blob again unless a pack that stays gives it: what its table of contents says is not enough, for it may be false.</summary>
    /// <returns>False when it could not be read for a reason that may pass.</returns>
    private static bool Store(WriteSession sink, SegmentPacker packer, BlobReader staying, BlobReader[] others, BlobEntry blob, [NotNullWhen(false)] out RekkordException? error)
    {
        using var elsewhere = TryRead(staying, blob, out _);
        error = null;
        if (elsewhere is not null)
            return true;
        using var content = TryRead(others, blob, ref error);
        if (content is null)
            return error is null;
        if (blob.Type == BlobType.Data)
            sink.StoreData(packer, content.Bytes.Span);
        else
            sink.StoreMetadata(blob.Type, content.Bytes.Span);
        error = null;
        return true;
    }

    /// <summary>Reads a blob from the first that gives it.</summary>
    private static Blob? TryRead(BlobReader[] readers, BlobEntry blob, ref RekkordException? passing)
    {
        foreach (var reader in readers)
        {
            var content = TryRead(reader, blob, out var error);
            passing ??= error;
            if (content is not null)
                return content;
        }

        return null;
    }

    /// <summary>Reads a blob; null when it is damaged or its medium has lost it, which the scan has reported already, or cannot be read now.</summary>
    private static Blob? TryRead(BlobReader reader, BlobEntry blob, out RekkordException? passing)
    {
        passing = null;
        try
        {
            return reader.Read(blob.Type, blob.Oid);
        }
        catch (RekkordException error)
        {
            passing = error.MeansLoss ? null : error;
            return null;
        }
    }
}

using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;

namespace Rekkord.Engine.Index;

/// <summary>
/// Where every blob lies, in memory: 75 to 112 bytes a blob. Filled once, then read by any number of threads. A blob that is
/// stored more than once, as after two saves at the same time, is found where it was met first; its further copies are kept beside.
/// </summary>
internal sealed class BlobIndex
{
    private readonly bool _metadataOnly;
    private readonly List<StoredPack> _packs = [];
    private readonly List<SegmentLocation> _segments = [];
    private readonly OidTable<Found> _blobs = new();
    private readonly Dictionary<Oid, List<BlobLocation>> _further = [];

    /// <summary>Makes an empty index.</summary>
    /// <param name="metadataOnly">Whether packs of file content are left out, for whoever only looks into directories.</param>
    public BlobIndex(bool metadataOnly = false) => _metadataOnly = metadataOnly;

    /// <summary>The packs, numbered as in <see cref="SegmentLocation.Pack"/>; their directories are not kept.</summary>
    public IReadOnlyList<StoredPack> Packs => _packs;

    /// <summary>The segments, numbered as in <see cref="BlobLocation.Segment"/>.</summary>
    public IReadOnlyList<SegmentLocation> Segments => _segments;

    /// <summary>How many different blobs there are.</summary>
    public int Count => _blobs.Count;

    /// <summary>Adds a pack with all its blobs.</summary>
    /// <exception cref="InvalidDataException">Its table of contents is malformed or does not fit its size; nothing of it is added then.</exception>
    public void Add(StoredPack pack)
    {
        TableOfContentsReader.Validate(pack);
        var reader = new TableOfContentsReader(pack.Contents.Span);
        if (_metadataOnly && reader.Kind != PackKind.Metadata)
            return;
        var offset = (long)PackFormat.HeaderLength;
        for (var ordinal = 0; reader.NextSegment(out var storedLength, out var method); ordinal++)
        {
            var length = 0;
            while (reader.NextBlob(out var blob))
            {
                Add(blob.Oid, new BlobLocation(_segments.Count, length, blob.Length, blob.Type));
                length += blob.Length;
            }

            _segments.Add(new SegmentLocation(_packs.Count, ordinal, offset, storedLength, length, method));
            offset += storedLength;
        }

        _packs.Add(pack with { SealedKey = pack.SealedKey.ToArray(), Contents = default });
    }

    public bool TryFind(Oid oid, out BlobLocation location)
    {
        var isThere = _blobs.TryFind(oid, out var found);
        location = found.Location;
        return isThere;
    }

    /// <summary>Where a blob lies besides the place that <see cref="TryFind"/> gives: nowhere, mostly.</summary>
    public IReadOnlyList<BlobLocation> FindFurther(Oid oid) => _further.TryGetValue(oid, out var copies) ? copies : [];

    private void Add(Oid oid, BlobLocation location)
    {
        if (_blobs.TryAdd(new Found(oid, location)))
            return;
        if (!_further.TryGetValue(oid, out var copies))
            _further[oid] = copies = [];
        copies.Add(location);
    }

    private readonly record struct Found(Oid Oid, BlobLocation Location) : IOidEntry;
}

/// <summary>Where a blob lies: a place within a segment of a pack.</summary>
/// <param name="Segment">The segment's number in the index in memory.</param>
/// <param name="Offset">Where it starts in the decompressed segment, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Type">What it holds.</param>
internal readonly record struct BlobLocation(int Segment, int Offset, int Length, BlobType Type);

/// <summary>Where a segment lies.</summary>
/// <param name="Pack">The pack's number in the index in memory.</param>
/// <param name="Ordinal">Its place among the pack's segments, from 0.</param>
/// <param name="Offset">Where it starts in the pack, in bytes.</param>
/// <param name="StoredLength">Bytes it takes there, its tag included.</param>
/// <param name="Length">Bytes once decompressed.</param>
/// <param name="Method">How it is compressed.</param>
internal readonly record struct SegmentLocation(int Pack, int Ordinal, long Offset, int StoredLength, int Length, SegmentMethod Method);

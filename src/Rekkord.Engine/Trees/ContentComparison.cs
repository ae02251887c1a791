using Rekkord.Engine.Index;
using Rekkord.Engine.Packs;

namespace Rekkord.Engine.Trees;

/// <summary>
/// Compares the bytes of two stored files. Equal bytes may be cut into chunks in several ways, and zeros may be stored or be holes, so
/// where the chunks differ both files are read, a chunk of each at a time.
/// </summary>
internal static class ContentComparison
{
    /// <summary>Whether two files have the same bytes.</summary>
    /// <exception cref="Errors.RekkordException">A chunk that would have to be read is missing or damaged, or reading failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static bool AreEqual(TreeEntry left, BlobReader leftBlobs, TreeEntry right, BlobReader rightBlobs, CancellationToken cancellation)
    {
        if (left.Size != right.Size)
            return false;
        if (AreCutEqually(left, right))
            return true;
        using var one = new Cursor(left, leftBlobs);
        using var other = new Cursor(right, rightBlobs);
        for (var position = 0L; position < left.Size;)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = Math.Min(one.Left, other.Left);
            if (!one.IsEqual(other, length))
                return false;
            one.Skip(length);
            other.Skip(length);
            position += length;
        }

        return true;
    }

    /// <summary>Whether two files are stored in the same way, so that nothing needs to be read to know that they are equal.</summary>
    public static bool AreCutEqually(TreeEntry left, TreeEntry right) =>
        left.Size == right.Size
        && left.Chunks.Span.SequenceEqual(right.Chunks.Span)
        && left.ChunkLists.Span.SequenceEqual(right.ChunkLists.Span)
        && left.DataRanges.SequenceEqual(right.DataRanges);

    /// <summary>A place in a file: within a stretch of a chunk, or within a hole.</summary>
    private sealed class Cursor : IDisposable
    {
        private readonly BlobReader _blobs;
        private readonly IEnumerator<Stretch> _stretches;
        private Stretch _stretch;
        private long _used;
        private Blob? _blob;

        public Cursor(TreeEntry file, BlobReader blobs)
        {
            _blobs = blobs;
            _stretches = Stretch.Divide(file, blobs).GetEnumerator();
            MoveNext();
        }

        /// <summary>What is left of the stretch.</summary>
        public long Left => _stretch.Length - _used;

        public bool IsEqual(Cursor other, long length)
        {
            if (_stretch.Chunk is null)
                return other._stretch.Chunk is null || !other.Read(length).ContainsAnyExcept((byte)0);
            if (other._stretch.Chunk is null)
                return !Read(length).ContainsAnyExcept((byte)0);
            var isSame = _stretch.Chunk.Value.Oid == other._stretch.Chunk.Value.Oid && _stretch.Start + _used == other._stretch.Start + other._used;
            return isSame || Read(length).SequenceEqual(other.Read(length));
        }

        public void Skip(long length)
        {
            _used += length;
            if (Left == 0)
                MoveNext();
        }

        public void Dispose()
        {
            _blob?.Dispose();
            _stretches.Dispose();
        }

        private ReadOnlySpan<byte> Read(long length)
        {
            _blob ??= _stretch.Chunk!.Value.Read(_blobs);
            return _blob.Bytes.Span.Slice((int)(_stretch.Start + _used), (int)length);
        }

        private void MoveNext()
        {
            var chunk = _stretch.Chunk?.Oid;
            _stretch = _stretches.MoveNext() ? _stretches.Current : default;
            _used = 0;
            if (_stretch.Chunk?.Oid == chunk)
                return;
            _blob?.Dispose();
            _blob = null;
        }
    }
}

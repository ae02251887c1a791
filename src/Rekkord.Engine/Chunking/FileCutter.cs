using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Chunking;

/// <summary>
/// Cuts one file's content from its start to its end: where it was cut before if the last 64 bytes still say so, which is a
/// thousandth of the work of looking for the place, otherwise as <see cref="FastCdc"/> does. Where a change has overwritten a cut,
/// the next earlier one that is left is preferred to a new one close before it, which would lose it and perhaps further ones.
/// </summary>
internal sealed class FileCutter
{
    private readonly FastCdc _chunker;
    private readonly ChunkHistory _history;

    /// <param name="chunker">Finds cuts.</param>
    /// <param name="earlier">The chunks that the file had when it was saved last; none when that is not known.</param>
    public FileCutter(FastCdc chunker, EarlierChunks earlier)
    {
        _chunker = chunker;
        _history = new ChunkHistory(earlier);
    }

    /// <summary>Finds the length of the next chunk; nothing has advanced before <see cref="Take"/>.</summary>
    /// <param name="data">What follows the last cut: all that is left of the content, or as much as there is in memory.</param>
    /// <param name="isEnd">Whether the content ends with <paramref name="data"/>.</param>
    /// <param name="expected">
    /// The chunk that this was when the file was saved last, if nothing in it has changed; null when nothing is known.
    /// </param>
    /// <returns>The length in bytes; all of <paramref name="data"/> when it holds no cut.</returns>
    public int FindCut(ReadOnlySpan<byte> data, bool isEnd, out Oid? expected)
    {
        expected = null;
        if (_history.Next is { Length: > 0 } next && next.Length <= _chunker.Sizes.Maximum)
        {
            if (next.Length > data.Length && !isEnd)
                return data.Length;
            if (next.Length <= data.Length && _chunker.CanCutAfter(data[..next.Length]))
            {
                expected = next.Oid;
                return next.Length;
            }
        }

        var length = _chunker.FindCut(data);
        var end = _history.FindEnd(_chunker.Sizes.Minimum);
        for (; end > 0 && end < length + _chunker.Sizes.Minimum && end <= Math.Min(data.Length, _chunker.Sizes.Maximum); end = _history.FindEnd(end))
        {
            if (_chunker.CanCutAfter(data[..end]))
                return end;
        }

        return length;
    }

    /// <summary>Goes on behind the next chunk.</summary>
    public void Take(int length) => _history.Advance(length);
}

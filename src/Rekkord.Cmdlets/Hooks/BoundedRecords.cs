namespace Rekkord.Cmdlets.Hooks;

/// <summary>The last records of a stream, up to so many bytes: a script that writes without end must not fill the memory.</summary>
internal sealed class BoundedRecords
{
    /// <summary>How much is kept, in bytes; as much as of an external hook.</summary>
    public const int Capacity = 1 << 20;

    private readonly Queue<(object? Record, long Size)> _records = new();
    private long _size;

    /// <summary>The records that were kept, oldest first.</summary>
    public IReadOnlyList<object?> Kept => [.. _records.Select(kept => kept.Record)];

    /// <summary>How many bytes before them, or of records that are too large, were not; at least.</summary>
    public long Dropped { get; private set; }

    public void Add(object? record)
    {
        var size = ObjectSize.Estimate(record, Capacity);
        while (_records.Count > 0 && _size + size > Capacity)
        {
            var oldest = _records.Dequeue().Size;
            _size -= oldest;
            Dropped += oldest;
        }

        if (size > Capacity)
        {
            Dropped += size;
            if (record is not string text)
                return;
            record = End(text);
            size = ObjectSize.Estimate(record, Capacity);
            Dropped -= size;
        }

        _records.Enqueue((record, size));
        _size += size;
    }

    /// <summary>The end of a text that is too long, as of a line of an external hook that is.</summary>
    private static string End(string text)
    {
        var start = text.Length - (Capacity - ObjectSize.OfEmptyText) / sizeof(char);
        return text[(char.IsLowSurrogate(text[start]) ? start + 1 : start)..];
    }
}

namespace Rekkord.Cmdlets.Hooks;

/// <summary>The last records of a stream: a script that writes without end must not fill the memory.</summary>
internal sealed class BoundedRecords
{
    private const int Capacity = 10_000;

    private readonly Queue<object?> _records = new();

    /// <summary>The records that were kept, oldest first.</summary>
    public IReadOnlyList<object?> Kept => [.. _records];

    /// <summary>How many before them were not.</summary>
    public long Dropped { get; private set; }

    public void Add(object? record)
    {
        if (_records.Count == Capacity)
        {
            _records.Dequeue();
            Dropped++;
        }

        _records.Enqueue(record);
    }
}

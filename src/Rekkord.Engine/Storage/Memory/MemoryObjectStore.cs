using System.Collections.Concurrent;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Storage.Memory;

/// <summary>Objects in memory: for tests, and as the simplest example of what a store does.</summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, DateTimeOffset Time)> _objects = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Location => "memory";

    /// <summary>Gets or sets an object's bytes directly, for example to damage them.</summary>
    public byte[] this[string name]
    {
        get => _objects.TryGetValue(name, out var found) ? found.Bytes : throw StorageException.NotFound(Location, name);
        set => _objects[name] = (value, DateTimeOffset.UtcNow);
    }

    /// <inheritdoc/>
    public bool IsInPlace() => true;

    /// <inheritdoc/>
    public bool Exists(string name) => _objects.ContainsKey(name);

    /// <inheritdoc/>
    public byte[] Read(string name, int maximumLength)
    {
        var bytes = this[name];
        return bytes.Length <= maximumLength ? bytes.AsSpan().ToArray() : throw StorageException.TooLarge(Location, name);
    }

    /// <inheritdoc/>
    public void Read(string name, long offset, Span<byte> buffer)
    {
        var bytes = this[name];
        if (offset < 0 || offset + buffer.Length > bytes.Length)
            throw StorageException.TooShort(Location, name);
        bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
    }

    /// <inheritdoc/>
    public Stream OpenRead(string name) => new MemoryStream(this[name], writable: false);

    /// <inheritdoc/>
    public ObjectWriter Create() => new Writer(this);

    /// <inheritdoc/>
    public IEnumerable<ObjectInfo> List(string folder) =>
        [.. _objects.Where(pair => pair.Key.StartsWith(folder, StringComparison.Ordinal))
            .Select(pair => new ObjectInfo(pair.Key, pair.Value.Bytes.Length, pair.Value.Time))
            .OrderBy(found => found.Name, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public Hash128? Identify(string name) => _objects.TryGetValue(name, out var found) ? new Hash128(0, (ulong)found.Time.UtcTicks) : null;

    /// <inheritdoc/>
    public void Move(string name, string newName)
    {
        this[newName] = this[name];
        Remove(name);
    }

    /// <summary>Removes an object, for example to see that its loss is found.</summary>
    public void Remove(string name)
    {
        if (!_objects.TryRemove(name, out _))
            throw StorageException.NotFound(Location, name);
    }

    /// <inheritdoc/>
    public void MakeDurable(IReadOnlyCollection<string> names)
    {
        foreach (var name in names)
            _ = this[name];
    }

    /// <inheritdoc/>
    public int RemoveLeftovers(DateTimeOffset before) => 0;

    /// <inheritdoc/>
    public void Dispose() => _objects.Clear();

    private sealed class Writer(MemoryObjectStore store) : ObjectWriter
    {
        private readonly MemoryStream _bytes = new();

        public override void Write(ReadOnlySpan<byte> data) => _bytes.Write(data);

        public override bool Commit(string name) => store._objects.TryAdd(name, (_bytes.ToArray(), DateTimeOffset.UtcNow));

        protected override void Dispose(bool disposing) => _bytes.Dispose();
    }
}

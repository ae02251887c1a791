using System.Buffers;
using System.Collections.Concurrent;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Storage.Memory;

/// <summary>Objects in memory: for tests, and as the simplest example of what a store does.</summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly ConcurrentDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Location => "memory";

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; init; } = new() { Connections = 4, ExclusiveCreate = true, Retention = true, DurableOnReturn = true };

    /// <summary>What tells when an object is stored.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gets or sets an object's bytes directly, for example to damage them.</summary>
    public byte[] this[string name]
    {
        get => Get(name).Bytes;
        set => _objects[name] = new StoredObject(value, Clock.GetUtcNow());
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => ValueTask.FromResult(true);

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation) => _objects
        .Where(pair => pair.Key.StartsWith(folder, StringComparison.Ordinal))
        .TakeWhile(_ => Continues(cancellation))
        .Select(pair => pair.Value.Describe(pair.Key))
        .ToAsyncEnumerable();

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_objects.TryGetValue(name, out var found) ? found.Describe(name) : null);
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = this[name];
        return bytes.Length <= maximumLength ? ValueTask.FromResult(bytes.AsSpan().ToArray()) : throw StorageException.TooLarge(Location, name);
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = this[name];
        foreach (var range in ranges)
        {
            if (range.End > bytes.Length)
                throw StorageException.TooShort(Location, name);
            bytes.AsMemory((int)range.Offset, range.Buffer.Length).CopyTo(range.Buffer);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult<Stream>(new MemoryStream(this[name], writable: false) { Position = offset });
    }

    /// <inheritdoc/>
    public ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var made = new StoredObject(content.Bytes.ToArray(), Clock.GetUtcNow());
        if (mode == PutMode.Create)
            return ValueTask.FromResult(_objects.TryAdd(name, made));
        _objects.AddOrUpdate(name, made, (_, existing) => existing.MayGo(Location, name) ? made : existing);
        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation) => ValueTask.FromResult<ObjectWriter>(new BufferedObjectWriter(this));

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _ = Get(name).MayGo(Location, name);
        Remove(name);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!Capabilities.Retention)
            throw StorageException.RetentionUnsupported(Location, name);
        var found = Get(name);
        if (until > (found.RetainedUntil ?? DateTimeOffset.MinValue))
            _objects[name] = found with { RetainedUntil = until };
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation) => ValueTask.FromResult(0);

    /// <summary>Removes an object, whatever protects it, for example to see that its loss is found.</summary>
    public void Remove(string name)
    {
        if (!_objects.TryRemove(name, out _))
            throw StorageException.NotFound(Location, name);
    }

    /// <inheritdoc/>
    public void Dispose() => _objects.Clear();

    private static bool Continues(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return true;
    }

    private StoredObject Get(string name) => _objects.TryGetValue(name, out var found) ? found : throw StorageException.NotFound(Location, name);

    private sealed record StoredObject(byte[] Bytes, DateTimeOffset Time)
    {
        public DateTimeOffset? RetainedUntil { get; init; }

        public ObjectInfo Describe(string name) => new(name, Bytes.Length, Time) { Identity = new Hash128(0, (ulong)Time.UtcTicks) };

        /// <summary>Whether nothing keeps it.</summary>
        public bool MayGo(string location, string name) => RetainedUntil is not { } until || until <= DateTimeOffset.UtcNow
            ? true
            : throw new StorageException("ObjectRetained", RekkordErrorKind.PermissionDenied, $"'{name}' of the repository '{location}' is protected until {until:u}.", name);
    }
}

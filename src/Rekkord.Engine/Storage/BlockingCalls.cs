using System.Security.Cryptography;

namespace Rekkord.Engine.Storage;

/// <summary>
/// A store as the engine's threads use it: the one place where they wait for it. A call of a local store has completed when it returns, and
/// nothing is waited for or allocated.
/// </summary>
internal static class BlockingCalls
{
    private const int HashBufferLength = 256 * 1024;

    /// <summary>Whether an object exists, or anything stands in its place.</summary>
    /// <inheritdoc cref="IObjectStore.FindAsync"/>
    public static bool Exists(this IObjectStore store, string name, CancellationToken cancellation) => store.Find(name, cancellation) is not null;

    /// <inheritdoc cref="IObjectStore.FindAsync"/>
    public static ObjectInfo? Find(this IObjectStore store, string name, CancellationToken cancellation) => Wait(store.FindAsync(name, cancellation));

    /// <summary>Lists the objects of a folder in name order.</summary>
    /// <inheritdoc cref="IObjectStore.ListAsync"/>
    public static IReadOnlyList<ObjectInfo> List(this IObjectStore store, string folder, CancellationToken cancellation)
    {
        var found = new List<ObjectInfo>();
        var isSorted = true;
        foreach (var info in store.Enumerate(folder, cancellation))
        {
            isSorted &= found.Count == 0 || string.CompareOrdinal(found[^1].Name, info.Name) <= 0;
            found.Add(info);
        }

        // Most stores give them so.
        if (!isSorted)
            found.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return found;
    }

    /// <summary>Lists the objects of a folder as they come.</summary>
    /// <inheritdoc cref="IObjectStore.ListAsync"/>
    public static IEnumerable<ObjectInfo> Enumerate(this IObjectStore store, string folder, CancellationToken cancellation) =>
        Enumerate(store.ListAsync(folder, cancellation), cancellation);

    /// <inheritdoc cref="IObjectStore.ListAheadAsync"/>
    public static void ListAhead(this IObjectStore store, IReadOnlyCollection<string> folders, CancellationToken cancellation) => Wait(store.ListAheadAsync(folders, cancellation));

    private static IEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> listing, CancellationToken cancellation)
    {
        var entries = listing.GetAsyncEnumerator(cancellation);
        try
        {
            while (Wait(entries.MoveNextAsync()))
                yield return entries.Current;
        }
        finally
        {
            Wait(entries.DisposeAsync());
        }
    }

    /// <inheritdoc cref="IObjectStore.ReadAsync(string, int, CancellationToken)"/>
    public static byte[] Read(this IObjectStore store, string name, int maximumLength, CancellationToken cancellation) =>
        Wait(store.ReadAsync(name, maximumLength, cancellation));

    /// <summary>Reads a part of an object, all of a buffer.</summary>
    /// <inheritdoc cref="IObjectStore.ReadAsync(string, IReadOnlyList{ObjectRange}, CancellationToken)"/>
    public static void Read(this IObjectStore store, string name, long offset, Memory<byte> buffer, CancellationToken cancellation) =>
        Wait(store.ReadAsync(name, [new ObjectRange(offset, buffer)], cancellation));

    /// <summary>Opens an object for reading from its start to its end, with <see cref="ReadFully"/>.</summary>
    /// <inheritdoc cref="IObjectStore.OpenReadAsync"/>
    public static Stream OpenRead(this IObjectStore store, string name, CancellationToken cancellation) => Wait(store.OpenReadAsync(name, 0, cancellation));

    /// <summary>Reads from a stream of a store until a buffer is full or the object ends.</summary>
    /// <returns>How many bytes were read.</returns>
    /// <exception cref="StorageException">Reading failed.</exception>
    public static int ReadFully(this Stream stream, Memory<byte> buffer, CancellationToken cancellation)
    {
        var length = 0;
        while (length < buffer.Length && Wait(stream.ReadAsync(buffer[length..], cancellation)) is var read and > 0)
            length += read;
        return length;
    }

    /// <summary>The SHA-256 of an object, read from its start to its end.</summary>
    /// <inheritdoc cref="IObjectStore.OpenReadAsync"/>
    public static byte[] Hash(this IObjectStore store, string name, CancellationToken cancellation)
    {
        using var stream = store.OpenRead(name, cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[HashBufferLength];
        while (stream.ReadFully(buffer, cancellation) is var read and > 0)
            hash.AppendData(buffer, 0, read);
        return hash.GetHashAndReset();
    }

    /// <summary>Stores an object under a name that no other has.</summary>
    /// <returns>False when there is one of that name already, which stays; it is durable then too.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    public static bool Put(this IObjectStore store, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        Wait(store.PutAsync(name, ObjectContent.From(bytes), PutMode.Create, cancellation));

    /// <summary>Stores an object in the place of one that may have its name.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public static void Replace(this IObjectStore store, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        Wait(store.PutAsync(name, ObjectContent.From(bytes), PutMode.Replace, cancellation));

    /// <inheritdoc cref="IObjectStore.CreateAsync"/>
    public static ObjectWriter Create(this IObjectStore store, CancellationToken cancellation) => Wait(store.CreateAsync(cancellation));

    /// <inheritdoc cref="ObjectWriter.WriteAsync"/>
    public static void Write(this ObjectWriter writer, ReadOnlyMemory<byte> data, CancellationToken cancellation) => Wait(writer.WriteAsync(data, cancellation));

    /// <inheritdoc cref="ObjectWriter.CommitAsync"/>
    public static bool Commit(this ObjectWriter writer, string name, CancellationToken cancellation) => Wait(writer.CommitAsync(name, cancellation));

    /// <inheritdoc cref="IObjectStore.DeleteAsync"/>
    public static void Delete(this IObjectStore store, string name, CancellationToken cancellation) => Wait(store.DeleteAsync(name, cancellation));

    /// <inheritdoc cref="IObjectStore.ListDeletedAsync"/>
    public static List<string> ListDeleted(this IObjectStore store, CancellationToken cancellation) => [.. Enumerate(store.ListDeletedAsync(cancellation), cancellation)];

    /// <inheritdoc cref="IObjectStore.BringBackAsync"/>
    public static void BringBack(this IObjectStore store, string name, CancellationToken cancellation) => Wait(store.BringBackAsync(name, cancellation));

    /// <inheritdoc cref="IObjectStore.TrySetAsideAsync"/>
    public static bool TrySetAside(this IObjectStore store, string name, string newName, CancellationToken cancellation) =>
        Wait(store.TrySetAsideAsync(name, newName, cancellation));

    /// <inheritdoc cref="IObjectStore.MakeDurableAsync"/>
    public static void MakeDurable(this IObjectStore store, IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        Wait(store.MakeDurableAsync(names, cancellation));

    /// <inheritdoc cref="IObjectStore.RetainAsync"/>
    public static void Retain(this IObjectStore store, string name, DateTimeOffset until, CancellationToken cancellation) => Wait(store.RetainAsync(name, until, cancellation));

    /// <inheritdoc cref="IObjectStore.RemoveLeftoversAsync"/>
    public static int RemoveLeftovers(this IObjectStore store, DateTimeOffset before, CancellationToken cancellation) =>
        Wait(store.RemoveLeftoversAsync(before, cancellation));

    /// <inheritdoc cref="IObjectStore.IsInPlaceAsync"/>
    public static bool IsInPlace(this IObjectStore store, CancellationToken cancellation) => Wait(store.IsInPlaceAsync(cancellation));

    /// <summary>Waits for a call that is under way.</summary>
    public static T Wait<T>(ValueTask<T> call) => call.IsCompleted ? call.GetAwaiter().GetResult() : call.AsTask().GetAwaiter().GetResult();

    /// <inheritdoc cref="Wait{T}"/>
    public static void Wait(ValueTask call)
    {
        if (call.IsCompleted)
            call.GetAwaiter().GetResult();
        else
            call.AsTask().GetAwaiter().GetResult();
    }
}

using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests;

/// <summary>The engine's calls of a store, without a token: a test is not stopped.</summary>
internal static class StoreCalls
{
    public static bool Exists(this IObjectStore store, string name) => store.Exists(name, CancellationToken.None);

    public static byte[] Read(this IObjectStore store, string name, int maximumLength) => store.Read(name, maximumLength, CancellationToken.None);

    public static void Read(this IObjectStore store, string name, long offset, Memory<byte> buffer) => store.Read(name, offset, buffer, CancellationToken.None);

    public static Stream OpenRead(this IObjectStore store, string name) => store.OpenRead(name, CancellationToken.None);

    public static IReadOnlyList<ObjectInfo> List(this IObjectStore store, string folder) => store.List(folder, CancellationToken.None);

    public static bool Put(this IObjectStore store, string name, byte[] bytes) => store.Put(name, bytes, CancellationToken.None);

    public static void Replace(this IObjectStore store, string name, byte[] bytes) => store.Replace(name, bytes, CancellationToken.None);

    public static ObjectWriter Create(this IObjectStore store) => store.Create(CancellationToken.None);

    public static void Write(this ObjectWriter writer, byte[] bytes) => writer.Write(bytes, CancellationToken.None);

    public static bool Commit(this ObjectWriter writer, string name) => writer.Commit(name, CancellationToken.None);

    public static void Delete(this IObjectStore store, string name) => store.Delete(name, CancellationToken.None);

    public static bool TrySetAside(this IObjectStore store, string name, string newName) => store.TrySetAside(name, newName, CancellationToken.None);

    public static int RemoveLeftovers(this IObjectStore store, DateTimeOffset before) => store.RemoveLeftovers(before, CancellationToken.None);
}

using Rekkord.Engine.Hashing;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Fuzzing;

/// <summary>A view of a store that outlives the repository opened on it.</summary>
internal sealed class SharedStore(MemoryObjectStore store) : IObjectStore
{
    public string Location => store.Location;

    public bool IsInPlace() => store.IsInPlace();

    public bool Exists(string name) => store.Exists(name);

    public byte[] Read(string name, int maximumLength) => store.Read(name, maximumLength);

    public void Read(string name, long offset, Span<byte> buffer) => store.Read(name, offset, buffer);

    public Stream OpenRead(string name) => store.OpenRead(name);

    public ObjectWriter Create() => store.Create();

    public IEnumerable<ObjectInfo> List(string folder) => store.List(folder);

    public Hash128? Identify(string name) => store.Identify(name);

    public void Move(string name, string newName) => store.Move(name, newName);

    public void MakeDurable(IReadOnlyCollection<string> names) => store.MakeDurable(names);

    public int RemoveLeftovers(DateTimeOffset before) => store.RemoveLeftovers(before);

    public void Dispose()
    {
        // The objects are needed for the next input.
    }
}

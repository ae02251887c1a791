using System.Collections.Concurrent;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>However long a pack takes to become durable, nothing that relies on it comes before it.</summary>
public sealed class CommitOrderTests(StoredHistory history) : IClassFixture<StoredHistory>
{
    [Fact]
    public void Packs_that_become_durable_in_reverse_order_come_before_the_index_the_snapshot_and_the_tag()
    {
        var saved = StoredHistory.Copy(history.Saved);
        var store = new ReversingStore(saved);

        var snapshot = history.Save(store).Snapshot.Id.ToString();

        Assert.Equal(["packs", "packs", "packs", "index", "snapshots", "tags"], store.Committed.Select(name => name[..name.IndexOf('/', StringComparison.Ordinal)]));
        Assert.Empty(history.Scan(saved).Problems);
        Assert.True(history.Restore(saved, snapshot));
    }

    /// <summary>Holds the first pack back until the second is durable.</summary>
    private sealed class ReversingStore(MemoryObjectStore store) : IObjectStore
    {
        private readonly ManualResetEventSlim _secondIsDurable = new();
        private int _packs;

        public ConcurrentQueue<string> Committed { get; } = new();

        public string Location => store.Location;

        public bool IsInPlace() => store.IsInPlace();

        public bool Exists(string name) => store.Exists(name);

        public byte[] Read(string name, int maximumLength) => store.Read(name, maximumLength);

        public void Read(string name, long offset, Span<byte> buffer) => store.Read(name, offset, buffer);

        public Stream OpenRead(string name) => store.OpenRead(name);

        public ObjectWriter Create() => new Writer(this, store.Create());

        public IEnumerable<ObjectInfo> List(string folder) => store.List(folder);

        public Hash128? Identify(string name) => store.Identify(name);

        public void Move(string name, string newName) => store.Move(name, newName);

        public void MakeDurable(IReadOnlyCollection<string> names) => store.MakeDurable(names);

        public int RemoveLeftovers(DateTimeOffset before) => 0;

        public void Dispose() => _secondIsDurable.Dispose();

        private bool Commit(ObjectWriter writer, string name)
        {
            var pack = name.StartsWith("packs/", StringComparison.Ordinal) ? Interlocked.Increment(ref _packs) : 0;
            if (pack == 1)
                Assert.True(_secondIsDurable.Wait(TimeSpan.FromMinutes(1)), "The second pack waits for the first.");
            var made = writer.Commit(name);
            Committed.Enqueue(name);
            if (pack == 2)
                _secondIsDurable.Set();
            return made;
        }

        private sealed class Writer(ReversingStore store, ObjectWriter writer) : ObjectWriter
        {
            public override void Write(ReadOnlySpan<byte> data) => writer.Write(data);

            public override bool Commit(string name) => store.Commit(writer, name);

            protected override void Dispose(bool disposing) => writer.Dispose();
        }
    }
}

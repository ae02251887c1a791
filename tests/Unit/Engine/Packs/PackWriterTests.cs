using System.Collections.Concurrent;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.Objects;
using Rekkord.Engine.Tests.Reliability;

namespace Rekkord.Engine.Tests.Packs;

/// <summary>How segments are divided among packs, also when several threads write.</summary>
public sealed class PackWriterTests : IDisposable
{
    // Of the calls to the store the first makes an object, the second writes its header, and the third a segment.
    private const int FirstSegment = 2;

    // A pack of one segment takes five: its directory and its name come last.
    private const int CallsOfAPack = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MemoryObjectStore _store = new();
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();
    private readonly ConcurrentQueue<StoredPack> _packs = new();
    private int _blobs;

    public void Dispose()
    {
        _store.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void What_is_written_while_the_first_pack_is_open_comes_into_that_pack()
    {
        PackWriter? writer = null;
        Thread? other = null;
        using var store = new FaultyStore(_store, faultyCall: FirstSegment)
        {
            Meanwhile = () =>
            {
                other = new Thread(() => Append(writer!));
                other.Start();
                Assert.True(SpinWait.SpinUntil(() => !other.IsAlive || other.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience));
            },
        };
        using (writer = CreateWriter(store, packSize: 1 << 20))
        {
            Append(writer);
            Assert.True(other!.Join(Patience));
            writer.Finish();
        }

        Assert.Equal(2, BlobsOf(Assert.Single(_packs)));
    }

    [Fact]
    public void Once_a_pack_is_full_no_thread_waits_for_another_that_is_writing()
    {
        PackWriter? writer = null;
        var appended = false;
        using var store = new FaultyStore(_store, faultyCall: CallsOfAPack + FirstSegment)
        {
            Meanwhile = () => appended = Task.Run(() => Append(writer!)).Wait(Patience),
        };
        using (writer = CreateWriter(store, packSize: 1))
        {
            Append(writer);
            Assert.True(SpinWait.SpinUntil(() => _packs.Count == 1, Patience));
            Append(writer);
            writer.Finish();
        }

        Assert.True(appended);
        Assert.Equal(3, _packs.Sum(BlobsOf));
        Assert.All(_packs, pack => Assert.Equal(pack.Contents.ToArray(), PackFormat.ReadEnd(_store, _master, pack.Name, pack.Size, default).Contents));
    }

    [Fact]
    public void A_pack_of_very_many_small_blobs_is_closed_before_its_directory_is_large()
    {
        using var writer = CreateWriter(_store, packSize: 1 << 25);
        for (var i = 0; i < 100; i++)
            writer.Append(new byte[1000], SegmentMethod.Stored, [.. Enumerable.Range(i * 1000, 1000).Select(number => new BlobEntry(BlobType.Data, TestOids.Random(number), 1))]);
        writer.Finish();

        Assert.InRange(_packs.Count, 2, 10);
        Assert.All(_packs, pack => Assert.InRange(pack.Contents.Length, 1, (1 << 20) + (64 << 10)));
        Assert.Equal(100_000, _packs.Sum(BlobsOf));
    }

    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(32 * 1024 * 1024, 8, 3)]
    [InlineData(1 << 30, 8, 1)]
    public void As_many_packs_are_sent_at_once_as_the_store_has_use_for_and_memory_allows(int packSize, int connections, int expected)
    {
        using var store = new CountingStore(_store, new StoreCapabilities { Connections = connections }, expected);
        using (var writer = CreateWriter(store, packSize))
        {
            // Each of these packs is full, for its table of contents is.
            for (var i = 0; i < expected + 3; i++)
                writer.Append(new byte[1000], SegmentMethod.Stored, [.. Enumerable.Range(i * 100_000, 32_000).Select(number => new BlobEntry(BlobType.Data, TestOids.Random(number), 1))]);
            writer.Finish();
        }

        Assert.Equal(expected + 3, _packs.Count);
        Assert.Equal(expected, store.MostAtOnce);
    }

    private static int BlobsOf(StoredPack pack)
    {
        var index = new BlobIndex();
        index.Add(pack);
        return index.Count;
    }

    private void Append(PackWriter writer) =>
        writer.Append(new byte[100], SegmentMethod.Stored, [new BlobEntry(BlobType.Data, TestOids.Random(Interlocked.Increment(ref _blobs)), 100)]);

    private PackWriter CreateWriter(IObjectStore store, int packSize) =>
        new(store, _master, Descriptor.Create(_master, ChunkSizes.Default) with { PackSize = packSize }, PackKind.Data, _packs.Enqueue, default);

    /// <summary>A store that takes its time until as many objects are under way as are expected.</summary>
    private sealed class CountingStore(IObjectStore store, StoreCapabilities capabilities, int expected) : ObjectStoreDecorator(store, ownsStore: false)
    {
        private readonly TaskCompletionSource _allUnderWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private int _underWay;

        public override StoreCapabilities Capabilities => capabilities;

        public int MostAtOnce { get; private set; }

        public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            lock (_lock)
                MostAtOnce = Math.Max(MostAtOnce, ++_underWay);
            if (MostAtOnce >= expected)
                _allUnderWay.TrySetResult();
            await _allUnderWay.Task.WaitAsync(Patience, cancellation);
            lock (_lock)
                _underWay--;
            return await Inner.PutAsync(name, content, mode, cancellation);
        }
    }
}

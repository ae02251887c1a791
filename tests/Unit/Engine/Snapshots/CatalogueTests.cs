using System.Security.Cryptography;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>The catalogue makes listings of many snapshots need few requests, and whatever is wrong with it changes nothing of what is listed.</summary>
public sealed class CatalogueTests : IDisposable
{
    private const int ListedAtOnce = 1000;

    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();
    private readonly MemoryObjectStore _store = new();
    private readonly CountingStore _counted;
    private readonly TemporaryDirectory _directory = new();

    public CatalogueTests()
    {
        _counted = new CountingStore(_store);
        RepositoryAccess.Initialize(new CountingStore(_store), Keys(KeyRole.Master)).Dispose();
    }

    public void Dispose()
    {
        _master.Dispose();
        _store.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(KeyRole.Master)]
    [InlineData(KeyRole.WriteOnly)]
    public void A_first_listing_of_a_thousand_snapshots_takes_at_most_twenty_requests(KeyRole writer)
    {
        Write(1007, Keys(writer));

        var (snapshots, requests) = List();

        Assert.Equal(1007, snapshots.Count);
        Assert.InRange(requests, 1, 20);
        Assert.InRange(Objects().Length, 1, 8);
    }

    [Fact]
    public void A_writer_that_may_not_delete_leaves_objects_that_no_reader_reads()
    {
        _counted.MayDelete = false;

        Write(407, Keys(KeyRole.WriteOnly));

        Assert.InRange(Objects().Length, 30, 60);
        var (snapshots, requests) = List();
        Assert.Equal(407, snapshots.Count);
        Assert.InRange(requests, 1, 20);

        Assert.Empty(Scan(repair: true).Problems);
        Assert.InRange(Objects().Length, 1, 8);
        Assert.Equal(407, List().Snapshots.Count);
    }

    [Fact]
    public void What_servers_copied_a_key_that_can_list_puts_in_opened()
    {
        Write(50, Keys(KeyRole.WriteOnly));
        Assert.All(Objects(), found => Assert.False(found.IsOpened));

        Write(1, Keys(KeyRole.ReadWrite));

        Assert.All(Objects(), found => Assert.True(found.IsOpened));
        Assert.Equal(51, Objects().Sum(found => found.Tags.Count));
        AssertListedAsTheTagsSay(51);
    }

    [Fact]
    public void Only_tags_that_the_store_lists_are_listed()
    {
        var written = Write(40, Keys(KeyRole.Master));

        _store.Remove(written[3].TagName);

        Assert.DoesNotContain(List().Snapshots, snapshot => snapshot.TagName == written[3].TagName);
        Assert.Equal(39, List().Snapshots.Count);
    }

    [Fact]
    public void Missing_and_damaged_objects_cost_time_only_and_a_repair_puts_them_aside()
    {
        Write(100, Keys(KeyRole.Master));
        Write(10, Keys(KeyRole.Master));
        var damaged = Objects()[0].Name;
        _store.Remove(Objects()[1].Name);
        _store[damaged] = [.. _store[damaged].Select((value, i) => i == 50 ? (byte)~value : value)];

        AssertListedAsTheTagsSay(110);
        Assert.Equal((ProblemKind.CatalogueDamaged, damaged), Single(Scan(repair: true)));
        Assert.Empty(Scan().Problems);
        AssertListedAsTheTagsSay(110);

        Write(1, Keys(KeyRole.Master));
        Assert.InRange(List().Requests, 1, 20);
    }

    [Fact]
    public void Copies_with_other_bytes_than_their_names_say_are_not_used()
    {
        var written = Write(20, Keys(KeyRole.Master), renews: false);
        var swapped = written.ToDictionary(one => one.TagName, one => (ReadOnlyMemory<byte>)_store[written.First(other => other != one).TagName]);

        var name = Put(CatalogueObject.EncodeCopies([], swapped));

        AssertListedAsTheTagsSay(20);
        Assert.Equal((ProblemKind.CatalogueDamaged, name), Single(Scan()));
    }

    [Theory]
    [InlineData(KeyRole.WriteOnly, false)]
    [InlineData(KeyRole.ReadWrite, true)]
    public void The_word_of_a_key_that_cannot_read_or_was_revoked_does_not_count(KeyRole role, bool revoke)
    {
        var keys = Keys(role);
        var id = keys.KeyId.ToArray();
        var written = Write(20, Keys(KeyRole.Master), renews: false);
        var name = PutFalse(written, keys);
        if (revoke)
            Revoke(id);

        AssertListedAsTheTagsSay(20);
        Assert.Equal((ProblemKind.CatalogueDamaged, name), Single(Scan()));
    }

    [Fact]
    public void A_scan_finds_what_a_key_that_can_read_says_falsely_and_no_other_key_repeats_it()
    {
        var thief = Keys(KeyRole.ReadWrite);
        var written = Write(20, Keys(KeyRole.Master), renews: false);
        var name = PutFalse(written, thief);
        Assert.Equal(20, List().Snapshots.Count(snapshot => snapshot.Summary.Channel == "false"));

        Write(100, Keys(KeyRole.ReadWrite));
        Assert.Equal((ProblemKind.CatalogueDamaged, name), Single(Scan(repair: true)));

        AssertListedAsTheTagsSay(120);
    }

    [Fact]
    public void A_listing_forgets_what_another_key_said_once_that_is_revoked()
    {
        var thief = Keys(KeyRole.ReadWrite);
        var id = thief.KeyId.ToArray();
        var written = Write(20, Keys(KeyRole.Master), renews: false);
        PutFalse(written, thief);
        Assert.Equal(20, List(remembers: true).Snapshots.Count(snapshot => snapshot.Summary.Channel == "false"));

        Revoke(id);

        Assert.DoesNotContain(List(remembers: true).Snapshots, snapshot => snapshot.Summary.Channel == "false");
    }

    [Fact]
    public void A_flood_of_false_objects_is_read_in_bounds()
    {
        Write(100, Keys(KeyRole.Master), renews: false);
        for (var i = 0; i < 500; i++)
            Put(CatalogueObject.EncodeCopies([], new Dictionary<string, ReadOnlyMemory<byte>> { [ObjectName.For(ObjectName.Tags, SHA256.HashData([(byte)i, 1]))] = RandomNumberGenerator.GetBytes(4000) }));

        AssertListedAsTheTagsSay(100);
        Assert.InRange(_counted.Requests.Count(request => request.StartsWith("read catalogue/", StringComparison.Ordinal)), 1, 64);
    }

    [Fact]
    public void Two_writers_at_once_lose_nothing()
    {
        Write(47, Keys(KeyRole.Master));
        Write(9, Keys(KeyRole.Master), renews: false);
        var other = false;
        _counted.Before = request =>
        {
            if (other || !request.StartsWith("put catalogue/", StringComparison.Ordinal))
                return;
            other = true;
            Write(8, Keys(KeyRole.WriteOnly));
        };
        Write(1, Keys(KeyRole.Master));
        _counted.Before = _ => { };

        Assert.True(other);
        AssertListedAsTheTagsSay(65);
        Write(64, Keys(KeyRole.Master));
        AssertListedAsTheTagsSay(129);
        Assert.InRange(Objects().Length, 1, 8);
        Assert.Empty(Scan().Problems);
    }

    [Fact]
    public void An_object_that_goes_while_a_listing_reads_the_catalogue_is_not_missed()
    {
        Write(60, Keys(KeyRole.Master));
        _counted.Before = request =>
        {
            if (request.StartsWith("read catalogue/", StringComparison.Ordinal) && _store.List(ObjectName.Catalogue, default) is { Count: > 0 } found)
                _store.Remove(found[0].Name);
        };

        AssertListedAsTheTagsSay(60);
    }

    private KeyMaterial Keys(KeyRole role) => role == KeyRole.Master
        ? KeyMaterial.FromSeed([.. _master.Seed], [.. _master.RepositoryId])
        : _master.Derive(role);

    private List<Snapshot> Write(int count, KeyMaterial keys, bool renews = true)
    {
        using var repository = RepositoryAccess.Open(new CountingStore(_store) { MayDelete = _counted.MayDelete, Before = _counted.Before }, keys);
        var written = new List<Snapshot>();
        for (var i = 0; i < count; i++)
        {
            written.Add(new SnapshotRecords(repository).Write(
                new SnapshotSummary { Channel = $"channel{i % 3}", Time = DateTimeOffset.UnixEpoch.AddDays(i), Paths = ["/a"u8.ToArray()] }, [], default));

            // In between, too few have come.
            if (renews && (i % Consolidation.Least == 0 || i == count - 1))
                new CatalogueRenewal(repository, new SnapshotStore(repository)).Run(default);
        }

        return written;
    }

    private (IReadOnlyList<Snapshot> Snapshots, int Requests) List(bool remembers = false)
    {
        _counted.Requests.Clear();
        using var repository = RepositoryAccess.Open(_counted, Keys(KeyRole.Master));
        if (remembers)
            repository.RememberTags(_directory["cache"]);
        return (new SnapshotStore(repository).List(error => throw error, default), _counted.Requests.Count);
    }

    private void AssertListedAsTheTagsSay(int count)
    {
        var (listed, _) = List();
        using var repository = RepositoryAccess.Open(new CountingStore(_store), Keys(KeyRole.Master));
        var records = new SnapshotRecords(repository);
        Assert.Equal(count, listed.Count);
        Assert.Equivalent(
            _store.List(ObjectName.Tags, default).Select(tag => records.ReadTag(tag.Name, default)),
            listed.OrderBy(snapshot => snapshot.TagName, StringComparer.Ordinal).Select(snapshot => snapshot with { StoredTime = null }),
            strict: true);
    }

    private ScanResult Scan(bool repair = false)
    {
        using var repository = RepositoryAccess.Open(new CountingStore(_store), Keys(KeyRole.Master));
        return new ScanOperation(repository, new ScanRequest { Repair = repair, CacheDirectory = _directory["cache"] }, _ => { }).Run(default);
    }

    private static (ProblemKind, string) Single(ScanResult result)
    {
        var problem = Assert.Single(result.Problems);
        return (problem.Kind, problem.ObjectName);
    }

    /// <summary>Says of each tag that it is of another channel.</summary>
    private string PutFalse(List<Snapshot> written, KeyMaterial signer)
    {
        using var repository = RepositoryAccess.Open(new CountingStore(_store), signer);
        return Put(CatalogueObject.EncodeOpened(repository, [], written.ToDictionary(one => one.TagName, one => new OpenedTag(
            null, SnapshotCodec.EncodeTag(one.Id.ToArray(), ObjectName.TryGetHash(one.ObjectName)!, one.Summary with { Channel = "false" })))));
    }

    private void Revoke(byte[] id)
    {
        using var repository = RepositoryAccess.Open(new CountingStore(_store), Keys(KeyRole.Master));
        new KeyRevocation(repository, _ => { }).Run(id, null, "", default);
    }

    private string Put(byte[] bytes)
    {
        var name = ObjectName.For(ObjectName.Catalogue, SHA256.HashData(bytes));
        _store[name] = bytes;
        return name;
    }

    private CatalogueObject[] Objects() => [.. _store.List(ObjectName.Catalogue, default).Select(found => CatalogueObject.Parse(found.Name, _store[found.Name]))];

    /// <summary>Counts requests; a test may do something before one, or forbid deletions.</summary>
    private sealed class CountingStore(MemoryObjectStore store) : ObjectStoreDecorator(store, ownsStore: false)
    {
        public override StoreCapabilities Capabilities => base.Capabilities with { IsDistant = true };

        public List<string> Requests { get; } = [];

        public bool MayDelete { get; set; } = true;

        public Action<string> Before { get; set; } = static _ => { };

        public override IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation)
        {
            // As of a bucket, which gives so many names at once.
            for (var i = 0; i <= store.List(folder, cancellation).Count / ListedAtOnce; i++)
                Count($"list {folder}");
            return base.ListAsync(folder, cancellation);
        }

        public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
        {
            Count($"read {name}");
            return base.ReadAsync(name, maximumLength, cancellation);
        }

        public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            Count($"put {name}");
            return base.PutAsync(name, content, mode, cancellation);
        }

        public override ValueTask DeleteAsync(string name, CancellationToken cancellation) => MayDelete
            ? base.DeleteAsync(name, cancellation)
            : throw new StorageException(StorageException.AccessDeniedId, RekkordErrorKind.PermissionDenied, "It may not.", name);

        private void Count(string request)
        {
            lock (Requests)
                Requests.Add(request);
            Before(request);
        }
    }
}

using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.Trees;
using Rekkord.Engine.Trees;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>Snapshots and tags: listed, found, read, and never believed when they are not what a key of the repository signed.</summary>
public sealed class SnapshotStoreTests : IDisposable
{
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();
    private readonly MemoryObjectStore _store = new();
    private readonly RepositoryAccess _repository;
    private readonly List<RekkordException> _damaged = [];

    public SnapshotStoreTests() => _repository = RepositoryAccess.Initialize(_store, _master);

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_snapshot_is_listed_and_read_as_it_was_written()
    {
        var summary = TestSummaries.Full();
        (byte[] Path, byte[] Entry)[] roots = [([0x2f, 0xff], new TreeEntryEncoder().Encode(TestEntries.Full()))];

        var written = new SnapshotRecords(_repository).Write(summary, roots, default);
        var listed = Assert.Single(List(_repository));
        var (read, readRoots) = new SnapshotRecords(_repository).Read(written.ObjectName, default);

        Assert.Equivalent(summary, listed.Summary, strict: true);
        Assert.Equivalent(summary, read.Summary, strict: true);
        Assert.Equal((written.Id, written.ObjectName, written.TagName, ""), (listed.Id, listed.ObjectName, listed.TagName, listed.KeyId));
        Assert.Equal(written.Id, read.Id);
        Assert.Equal(roots[0].Path, Assert.Single(readRoots).Path);
        Assert.Equal(roots[0].Entry, new TreeEntryEncoder().Encode(readRoots[0].Entry));
        Assert.Empty(_damaged);
    }

    [Theory]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.WriteOnly)]
    public void A_snapshot_tells_the_keyfile_that_signed_it(KeyRole role)
    {
        var keys = _master.Derive(role);
        var keyId = Convert.ToHexStringLower(keys.KeyId);

        var written = Write("channel", keys);

        Assert.Equal(keyId, written.KeyId);
        Assert.Equal(keyId, Assert.Single(List(_repository)).KeyId);
        Assert.Equal(keyId, new SnapshotRecords(_repository).Read(written.ObjectName, default).Snapshot.KeyId);
    }

    [Fact]
    public void A_tag_that_says_something_else_than_its_snapshot_is_damaged()
    {
        var snapshot = Write("channel");
        var summary = snapshot.Summary with { Channel = "other" };
        var tag = new SnapshotRecords(_repository).WriteTag(snapshot.Id, ObjectName.TryGetHash(snapshot.ObjectName)!, summary, default);

        var error = Assert.Throws<DamagedObjectException>(() => new SnapshotStore(_repository).Open("other", _ => { }, CancellationToken.None));

        Assert.Equal(tag, error.Target);
        Assert.Equal(snapshot.Id, new SnapshotStore(_repository).Open("channel", _ => { }, CancellationToken.None).Snapshot.Id);
    }

    [Fact]
    public void A_channel_means_its_newest_snapshot_and_the_list_is_in_order_of_time()
    {
        var second = Write("a", minute: 2);
        var third = Write("b", minute: 3);
        var first = Write("a", minute: 1);

        Assert.Equal([first.Id, second.Id, third.Id], List(_repository).Select(snapshot => snapshot.Id));
        Assert.Equal(second.Id, Find("a").Id);
        Assert.Equal(third.Id, Find("b").Id);
    }

    [Fact]
    public void A_snapshot_is_found_by_the_beginning_of_its_ID_in_either_case()
    {
        var snapshot = Write("channel");
        var id = snapshot.Id.ToString();

        Assert.Equal(snapshot.Id, Find(id).Id);
        Assert.Equal(snapshot.Id, Find(id[..4]).Id);
        Assert.Equal(snapshot.Id, Find(id[..9].ToUpperInvariant()).Id);
        Assert.Equal("SnapshotNotFound", Assert.Throws<RekkordException>(() => Find(id[..3])).ErrorId);
    }

    [Fact]
    public void A_beginning_that_several_IDs_have_is_ambiguous_and_a_whole_ID_is_not()
    {
        var store = new SnapshotStore(_repository);
        var one = OidStarting(0xab, 0xcd, 1);
        store.Records.WriteTag(one, new byte[32], TestSummaries.Full(), default);
        store.Records.WriteTag(OidStarting(0xab, 0xcd, 2), new byte[32], TestSummaries.Full(), default);

        Assert.Equal("SnapshotAmbiguous", Assert.Throws<RekkordException>(() => Find("abcd")).ErrorId);
        Assert.Equal(one, Find(one.ToString()).Id);
    }

    [Fact]
    public void A_name_that_is_a_channel_and_begins_an_ID_is_ambiguous_until_one_of_them_is_named()
    {
        var other = Write("other");
        var name = other.Id.ToString()[..6];
        var filed = Write(name);

        var error = Assert.Throws<RekkordException>(() => Find(name));

        Assert.Equal("SnapshotAmbiguous", error.ErrorId);
        Assert.Contains($"'channel:{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("channel 'other'", error.Message, StringComparison.Ordinal);
        Assert.Equal(filed.Id, Find($"channel:{name}").Id);
        Assert.Equal(other.Id, Find($"id:{name}").Id);
        Assert.Equal(other.Id, Find($"ID:{other.Id}".ToUpperInvariant()).Id);
    }

    [Fact]
    public void A_whole_ID_is_an_ID_whatever_channels_there_are()
    {
        var meant = Write("meant");
        var id = meant.Id.ToString();
        var trap = Write(id, minute: 9);

        Assert.Equal(meant.Id, Find(id).Id);
        Assert.Equal(trap.Id, Find($"channel:{id}").Id);
        var unknown = new string('0', 64);
        Write(unknown);
        Assert.Equal("SnapshotNotFound", Assert.Throws<RekkordException>(() => Find(unknown)).ErrorId);
    }

    [Fact]
    public void A_channel_that_is_named_as_such_is_no_ID()
    {
        var id = Write("other").Id.ToString();

        Assert.Equal("SnapshotNotFound", Assert.Throws<RekkordException>(() => Find($"channel:{id}")).ErrorId);
        Assert.Equal("SnapshotIdInvalid", Assert.Throws<RekkordException>(() => Find("id:other")).ErrorId);
    }

    [Fact]
    public void A_channel_that_looks_like_an_ID_is_found_when_no_ID_begins_so()
    {
        var id = Write("other").Id.ToString();
        var channel = (id[0] == 'f' ? "0" : "f") + "ade";
        var snapshot = Write(channel);

        Assert.True(snapshot.Id.ToString().StartsWith(channel, StringComparison.Ordinal) || Find(channel).Id == snapshot.Id);
    }

    [Fact]
    public void A_damaged_tag_is_told_by_name_and_the_others_are_listed()
    {
        var lost = Write("lost");
        var kept = Write("kept");
        _store[lost.TagName][^1] ^= 1;

        Assert.Equal([kept.Id], List(_repository).Select(snapshot => snapshot.Id));
        Assert.Equal(lost.TagName, Assert.IsType<DamagedObjectException>(Assert.Single(_damaged)).Target);
        Assert.Contains("Invoke-RekkordScan", Assert.Throws<RekkordException>(() => Find("lost")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_record_with_any_byte_changed_or_cut_off_is_damaged(bool tag)
    {
        var snapshot = Write("channel");
        var bytes = _store[tag ? snapshot.TagName : snapshot.ObjectName];
        var changed = Enumerable.Range(0, bytes.Length).Select(place => bytes.Select((value, i) => (byte)(i == place ? value ^ 0x20 : value)).ToArray());

        foreach (var mutated in changed.Concat(Mutations.Truncations(bytes)).Append([.. bytes, 0]))
        {
            // Under the name of its bytes, as a forger would file it.
            var name = Put(mutated, tag);
            Assert.Throws<DamagedObjectException>(() => Read(name, tag));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_record_that_a_stranger_signed_is_refused(bool tag)
    {
        // Anyone can seal to the public keys in the descriptor; the stranger has made a master key of their own for it.
        using var stranger = KeyMaterial.FromSeed(TestRepository.RandomBytes(1, 32), _master.RepositoryId);
        var parts = stranger.ToParts() with { MasterPublicKey = _master.MasterPublicKey };

        var written = Write("channel", new KeyMaterial(parts));

        Assert.Throws<DamagedObjectException>(() => Read(tag ? written.TagName : written.ObjectName, tag));
        Assert.Empty(List(_repository));
        Assert.Single(_damaged);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_snapshot_is_no_tag_and_a_tag_no_snapshot(bool tag)
    {
        var snapshot = Write("channel");
        var name = Put(_store[tag ? snapshot.ObjectName : snapshot.TagName], tag);

        Assert.Throws<DamagedObjectException>(() => Read(name, tag));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_record_under_the_name_of_another_is_refused(bool tag)
    {
        var (one, other) = (Write("one"), Write("other"));
        var name = tag ? one.TagName : one.ObjectName;
        _store[name] = _store[tag ? other.TagName : other.ObjectName];

        Assert.Contains("its name", Assert.Throws<DamagedObjectException>(() => Read(name, tag)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_strangers_put_beside_the_tags_is_not_listed_and_no_damage()
    {
        var snapshot = Write("channel");
        foreach (var name in new[] { "tags/.DS_Store", $"tags/{new string('A', 64)}", $"tags/old/{snapshot.TagName[5..]}" })
            _store[name] = _store[snapshot.TagName];

        Assert.Equal(snapshot.TagName, Assert.Single(List(_repository)).TagName);
        Assert.Empty(_damaged);
    }

    [Fact]
    public void The_record_of_another_repository_is_refused()
    {
        using var otherStore = new MemoryObjectStore();
        using var other = RepositoryAccess.Initialize(otherStore, KeyMaterial.CreateMaster());
        var foreign = new SnapshotRecords(other).Write(TestSummaries.Full(), [], default);
        _store[foreign.TagName] = otherStore[foreign.TagName];
        _store[foreign.ObjectName] = otherStore[foreign.ObjectName];

        Assert.Throws<DamagedObjectException>(() => Read(foreign.ObjectName, tag: false));
        Assert.Empty(List(_repository));
        Assert.Single(_damaged);
    }

    [Fact]
    public void A_LogOnly_key_lists_and_a_WriteOnly_key_writes_and_does_not_list()
    {
        var written = Write("channel", _master.Derive(KeyRole.WriteOnly));
        using var log = RepositoryAccess.Open(Copy(), _master.Derive(KeyRole.LogOnly));
        using var write = RepositoryAccess.Open(Copy(), _master.Derive(KeyRole.WriteOnly));

        Assert.Equal(written.Id, Assert.Single(List(log)).Id);
        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => List(write)).ErrorId);
        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => new SnapshotRecords(log).Read(written.ObjectName, default)).ErrorId);
    }

    private static Oid OidStarting(params byte[] start)
    {
        var bytes = new byte[Oid.Length];
        start.CopyTo(bytes, 0);
        return new Oid(bytes);
    }

    private Snapshot Find(string reference) => new SnapshotStore(_repository).Find(reference, CancellationToken.None);

    private IReadOnlyList<Snapshot> List(RepositoryAccess repository) => new SnapshotStore(repository).List(_damaged.Add, CancellationToken.None);

    private string Put(byte[] bytes, bool tag)
    {
        var name = ObjectName.For(tag ? ObjectName.Tags : ObjectName.Snapshots, SHA256.HashData(bytes));
        _store[name] = bytes;
        return name;
    }

    private void Read(string name, bool tag)
    {
        if (tag)
            new SnapshotRecords(_repository).ReadTag(name, default);
        else
            new SnapshotRecords(_repository).Read(name, default);
    }

    private Snapshot Write(string channel, KeyMaterial? keys = null, int minute = 0)
    {
        var summary = TestSummaries.Full() with { Channel = channel, Time = DateTimeOffset.UnixEpoch.AddMinutes(minute) };
        if (keys is null)
            return new SnapshotRecords(_repository).Write(summary, [], default);

        // A key of its own needs a repository of its own, over the same objects.
        var store = Copy();
        using var repository = RepositoryAccess.Open(store, keys);
        var written = new SnapshotRecords(repository).Write(summary, [], default);
        _store[written.TagName] = store[written.TagName];
        _store[written.ObjectName] = store[written.ObjectName];
        return written;
    }

    private MemoryObjectStore Copy()
    {
        var copy = new MemoryObjectStore();
        foreach (var found in _store.List(""))
            copy[found.Name] = [.. _store[found.Name]];
        return copy;
    }
}

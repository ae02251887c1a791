using Rekkord.Engine.Caching;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.Reliability;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>A listing opens each tag once, and remembering it changes nothing of what is listed.</summary>
public sealed class RememberedTagsTests : IDisposable
{
    // The descriptor, the names of snapshots, of tags, of removals and of revocations.
    private const int CallsOfAnyListing = 5;
    private const int Enough = TagCache.ChangesWorthWriting;

    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryObjectStore _store = new();
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();
    private readonly List<RekkordException> _damaged = [];

    public RememberedTagsTests() => RepositoryAccess.Initialize(new FaultyStore(_store), Copy()).Dispose();

    private string CachePath => CacheLocation.ForTags(Convert.ToHexStringLower(_master.RepositoryId), _directory["cache"]);

    public void Dispose()
    {
        _master.Dispose();
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_second_listing_opens_no_tag_and_shows_the_same()
    {
        Write(Enough);

        var (first, opened) = List();
        var (second, openedAgain) = List();

        Assert.Equal((Enough, 0), (opened, openedAgain));
        Assert.Equal(Enough, first.Count);
        Assert.Equivalent(first, second, strict: true);
        Assert.Empty(_damaged);
    }

    [Theory]
    [InlineData(KeyRole.LogOnly)]
    [InlineData(KeyRole.ReadWrite)]
    public void What_one_keyfile_opened_another_of_the_repository_need_not_open(KeyRole role)
    {
        Write(Enough);

        Assert.Equal(Enough, List(_master.Derive(role)).Opened);
        Assert.Equal(0, List().Opened);
        Assert.Equal(0, List(_master.Derive(role)).Opened);
    }

    [Fact]
    public void A_WriteOnly_key_makes_no_cache_and_cannot_use_one()
    {
        Write(Enough);
        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => List(_master.Derive(KeyRole.WriteOnly))).ErrorId);
        Assert.False(Directory.Exists(_directory["cache"]));

        List();

        Assert.True(File.Exists(CachePath));
        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => List(_master.Derive(KeyRole.WriteOnly))).ErrorId);
        using var writer = _master.Derive(KeyRole.WriteOnly);
        Assert.Throws<RekkordException>(() => TagCache.Open(CachePath, writer));
    }

    [Fact]
    public void Nothing_is_remembered_unless_it_was_asked_for()
    {
        Write(Enough);

        using (var repository = Open(new FaultyStore(_store), Copy()))
            Assert.Equal(Enough, new SnapshotStore(repository).List(_damaged.Add, CancellationToken.None).Count);

        Assert.False(Directory.Exists(_directory["cache"]));
    }

    [Fact]
    public void A_few_tags_are_not_worth_a_file_and_more_are_added_when_they_are_enough()
    {
        Write(Enough - 1);
        List();
        Assert.False(File.Exists(CachePath));

        Write(2);
        Assert.Equal([Enough + 1, 0], [List().Opened, List().Opened]);

        Write(Enough - 1);
        Assert.Equal([Enough - 1, Enough - 1], [List().Opened, List().Opened]);

        Write(1);
        Assert.Equal([Enough, 0], [List().Opened, List().Opened]);
        Assert.Equal((2 * Enough) + 1, List().Snapshots.Count);
    }

    [Fact]
    public void A_key_that_was_revoked_since_is_shown_as_revoked()
    {
        using var thief = _master.Derive(KeyRole.ReadWrite);
        Write(Enough, _master.Derive(KeyRole.ReadWrite));
        Write(1, new KeyMaterial(Copies(thief.ToParts())));
        Assert.All(List().Snapshots, snapshot => Assert.Equal(SignerStatus.Trusted, snapshot.SignerStatus));

        using (var repository = Open(new FaultyStore(_store), Copy()))
            new KeyRevocation(repository, Assert.Fail).Run(thief.KeyId, distrustExisting: true, "stolen", CancellationToken.None);

        var revoked = Assert.Single(List().Snapshots, snapshot => snapshot.SignerStatus == SignerStatus.Revoked);
        Assert.Equal(Convert.ToHexStringLower(thief.KeyId), revoked.KeyId);
    }

    [Fact]
    public void A_tag_that_is_gone_is_not_listed_and_is_forgotten()
    {
        var written = Write(2 * Enough);
        List();

        _store.Remove(written[0].TagName);
        Assert.DoesNotContain(written[0].Id, List().Snapshots.Select(snapshot => snapshot.Id));
        Assert.Equal((2 * Enough) - 1, List().Snapshots.Count);

        foreach (var snapshot in written[1..Enough])
            _store.Remove(snapshot.TagName);
        Assert.Equal(written[Enough..].Select(snapshot => snapshot.Id).Order(), List().Snapshots.Select(snapshot => snapshot.Id).Order());
        var cache = TagCache.Open(CachePath, _master);
        Assert.All(written[..Enough], snapshot => Assert.Null(cache.Find(snapshot.TagName)));
        Assert.All(written[Enough..], snapshot => Assert.NotNull(cache.Find(snapshot.TagName)));
    }

    [Fact]
    public void A_damaged_tag_that_is_known_is_listed_and_a_scan_reports_it()
    {
        var written = Write(Enough);
        List();
        _store[written[0].TagName][^1] ^= 1;

        Assert.Equal(Enough, List().Snapshots.Count);
        Assert.Empty(_damaged);

        using var repository = Open(new FaultyStore(_store), Copy());
        repository.RememberTags(_directory["cache"]);
        var scanned = new ScanOperation(repository, new ScanRequest { CacheDirectory = _directory["cache"] }, Assert.Fail).Run(CancellationToken.None);
        Assert.Contains(scanned.Problems, problem => problem.Kind == ProblemKind.TagDamaged && problem.ObjectName == written[0].TagName);
    }

    [Fact]
    public void A_damaged_tag_is_never_remembered()
    {
        var written = Write(Enough + 1);
        _store[written[0].TagName][^1] ^= 1;

        Assert.Equal(Enough + 1, List().Opened);
        Assert.Equal(1, List().Opened);
        Assert.Equal([written[0].TagName, written[0].TagName], _damaged.Select(error => error.Target));
    }

    [Fact]
    public void What_is_remembered_and_is_no_tag_is_looked_up_in_the_store()
    {
        var written = Write(Enough);
        Directory.CreateDirectory(Path.GetDirectoryName(CachePath)!);
        File.WriteAllBytes(CachePath, TagCacheCodec.Seal(_master, [new(written[0].TagName, new OpenedTag(null, new byte[] { 0xff }))])!);

        Assert.Equal(written.Select(snapshot => snapshot.Id).Order(), List().Snapshots.Select(snapshot => snapshot.Id).Order());
        Assert.Empty(_damaged);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_does_not_disturb_the_listing()
    {
        File.WriteAllText(_directory["cache"], "a file where the directory should be");
        Write(Enough);

        Assert.Equal([Enough, Enough], [List().Opened, List().Opened]);
        Assert.Equal(Enough, List().Snapshots.Count);
        Assert.Empty(_damaged);
    }

    private static KeyParts Copies(KeyParts parts) => parts with
    {
        IdKey = [.. parts.IdKey!],
        IndexKey = [.. parts.IndexKey!],
        DataPrivateKey = [.. parts.DataPrivateKey!],
        LogPrivateKey = [.. parts.LogPrivateKey!],
        SigningPrivateKey = [.. parts.SigningPrivateKey!],
    };

    private static RepositoryAccess Open(IObjectStore store, KeyMaterial keys) => RepositoryAccess.Open(store, keys);

    private KeyMaterial Copy() => KeyMaterial.FromSeed([.. _master.Seed], [.. _master.RepositoryId]);

    private Snapshot[] Write(int count, KeyMaterial? keys = null)
    {
        using var repository = Open(new FaultyStore(_store), keys ?? Copy());
        var store = new SnapshotStore(repository);
        return [.. Enumerable.Range(0, count).Select(_ => store.Records.Write(TestSummaries.Full() with { Channel = Guid.NewGuid().ToString() }, [], default))];
    }

    /// <summary>Lists as a new process does.</summary>
    /// <returns>What is listed, and how many tags were read for it.</returns>
    private (IReadOnlyList<Snapshot> Snapshots, int Opened) List(KeyMaterial? keys = null)
    {
        var revocations = _store.List(ObjectName.Revocations).Count;
        var store = new FaultyStore(_store);
        using var repository = Open(store, keys ?? Copy());
        repository.RememberTags(_directory["cache"]);
        var listed = new SnapshotStore(repository).List(_damaged.Add, CancellationToken.None);
        return (listed, store.Calls - CallsOfAnyListing - revocations);
    }
}

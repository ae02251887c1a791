using System.Security.Cryptography;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests.Storage;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>What the holder of a stolen WriteOnly keyfile writes so that others believe it: indexes and packs that say what is not so.</summary>
public sealed class FalseObjectTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string _stolen;
    private readonly byte[] _stolenId;

    public FalseObjectTests()
    {
        (_stolen, _stolenId) = _repository.Derive(KeyRole.WriteOnly, "stolen.key");
        for (var i = 0; i < 5; i++)
            _repository.Write($"file{i}", TestRepository.RandomBytes(i, 100_000));
        _repository.Save();
    }

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(Lie.OtherIds)]
    [InlineData(Lie.OtherSize)]
    [InlineData(Lie.OtherKind)]
    public void A_false_index_costs_no_restore_listing_or_comparison_anything(Lie lie)
    {
        Forge(lie);

        AssertRestores();
        using var repository = _repository.Open();
        using var browser = new SnapshotBrowser(repository);
        var content = browser.Open("test", static _ => { }, CancellationToken.None);
        Assert.Equal(6, content.List(new ListRequest { Depth = 10 }, static error => throw error, CancellationToken.None).Count());
    }

    [Theory]
    [InlineData(Lie.OtherIds)]
    [InlineData(Lie.OtherSize)]
    [InlineData(Lie.OtherKind)]
    public void A_false_index_costs_no_restore_anything_even_when_the_right_one_is_gone(Lie lie)
    {
        var right = _repository.Objects("index");
        Forge(lie);
        Array.ForEach(right, File.Delete);

        AssertRestores();
        Assert.Equal(lie != Lie.OtherKind, !_repository.Warnings.IsEmpty);
    }

    [Theory]
    [InlineData(Lie.OtherIds)]
    [InlineData(Lie.OtherSize)]
    [InlineData(Lie.OtherKind)]
    public void A_quick_scan_finds_a_false_index_and_who_signed_it_and_a_repair_puts_it_aside_and_writes_a_right_one(Lie lie)
    {
        var right = _repository.Objects("index");
        var index = Forge(lie);
        Array.ForEach(right, File.Delete);

        var problem = Assert.Single(_repository.Scan().Problems);
        Assert.Equal((ProblemKind.IndexDamaged, index), (problem.Kind, problem.ObjectName));
        Assert.Contains(Convert.ToHexStringLower(_stolenId), problem.Message, StringComparison.Ordinal);

        Assert.StartsWith("moved to", Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems).Repair, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_repository.Location, index)));
        var after = _repository.Scan();
        Assert.Empty(after.Problems);
        Assert.Equal(0, after.UnindexedPacks);
        AssertRestores();
        Assert.Empty(_repository.Warnings);
    }

    [Fact]
    public void A_save_stores_what_only_a_false_index_says_is_stored()
    {
        var content = TestRepository.RandomBytes(77, 50_000);
        Forge(pack => Rewrite(pack, (_, _) => IdOf(content)));
        _repository.Write("new", content);

        _repository.Save();

        Assert.Contains(_repository.Warnings, warning => warning.Contains("contradicts", StringComparison.Ordinal));
        AssertRestores();
    }

    [Fact]
    public void An_index_that_was_compared_once_is_not_compared_by_later_saves_and_another_is()
    {
        var reads = 0;
        _repository.OpenStore = location => new WatchedStore(
            DirectoryObjectStore.Open(location), (name, _, _) => reads += name.StartsWith(ObjectName.Packs, StringComparison.Ordinal) ? 1 : 0);
        _repository.Write("one", [1]);
        _repository.Save();
        Assert.Equal(0, reads);

        Directory.Delete(_repository.CacheDirectory, recursive: true);
        _repository.Write("two", [2]);
        _repository.Save();
        var first = reads;
        _repository.Save();

        Assert.True(first > 0, "A save without a cache did not look at the packs.");
        Assert.Equal(first, reads);
    }

    [Fact]
    public void An_index_whose_signer_was_revoked_is_not_believed()
    {
        var right = _repository.Objects("index");
        Forge(Lie.OtherIds);
        Array.ForEach(right, File.Delete);
        Revoke();

        AssertRestores();
        Assert.Empty(_repository.Warnings);
        Assert.Equal(ProblemKind.IndexDamaged, Assert.Single(_repository.Scan().Problems).Kind);
    }

    [Fact]
    public void What_a_revoked_keyfile_indexed_rightly_is_no_problem_and_is_indexed_again_by_the_next_save()
    {
        _repository.Write("more", TestRepository.RandomBytes(50, 100_000));
        _repository.Save(Request(), _stolen);
        Revoke();

        var before = _repository.Scan();
        var saved = _repository.Save();

        Assert.Empty(before.Problems);
        Assert.Equal(2, before.UnindexedPacks);
        Assert.Equal(0, saved.NewDataPacks);
        Assert.Equal(0, _repository.Scan().UnindexedPacks);
        AssertRestores();
    }

    [Fact]
    public void A_repair_does_not_sign_again_what_an_index_says_of_packs()
    {
        var packs = _repository.Objects("packs");
        Array.ForEach(_repository.Objects("index"), File.Delete);
        var gone = new StoredPack(new byte[32], 1000, new byte[PackFormat.SealedKeyLength], new byte[] { 0, 0 });
        Write(_stolen, [gone, .. Packs().Select(pack => Rewrite(pack, (oid, _) => oid))]);
        Assert.Contains(_repository.Scan().Problems, problem => problem.Kind == ProblemKind.PackMissing);

        _repository.Scan(new ScanRequest { Repair = true });

        Assert.Equal(packs, _repository.Objects("packs"));
        Assert.Empty(_repository.Scan().Problems);
        AssertRestores();
    }

    [Fact]
    public void A_pack_of_false_content_costs_no_restore_anything_and_a_full_scan_finds_it()
    {
        var name = ForgePack();
        AssertRestores();
        Assert.Empty(_repository.Scan().Problems);

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Full = true, Repair = true }).Problems);

        Assert.Equal((ProblemKind.PackDamaged, name), (problem.Kind, problem.ObjectName));
        Assert.Empty(problem.Paths);
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
        AssertRestores();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0, true)]
    public void A_pack_that_says_something_impossible_of_a_blob_is_found_by_a_quick_scan(int longer, bool asTree)
    {
        var name = ForgePack([.. Packs().SelectMany(BlobsOf).Where(blob => blob.Type == BlobType.Data).Select(blob => blob with { Length = blob.Length + longer, Type = asTree ? BlobType.Tree : blob.Type })]);

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems);

        Assert.Equal((ProblemKind.PackDamaged, name), (problem.Kind, problem.ObjectName));
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
        AssertRestores();
    }

    [Fact]
    public void What_a_pack_of_false_content_kept_from_being_stored_is_stored_after_a_full_scan_with_repair()
    {
        var content = TestRepository.RandomBytes(88, 40_000);
        ForgePack(new BlobEntry(BlobType.Data, IdOf(content), content.Length));
        _repository.Write("awaited", content);
        _repository.Save();
        Assert.NotEmpty(_repository.Scan(new ScanRequest { Full = true, Repair = true }).Problems);

        Directory.Delete(_repository.CacheDirectory, recursive: true);
        _repository.Save();

        AssertRestores();
    }

    [Fact]
    public void A_damaged_pack_is_salvaged_whatever_a_pack_of_false_content_says_that_it_has()
    {
        ForgePack();
        var pack = _repository.Objects("packs").MaxBy(path => new FileInfo(path).Length)!;
        var bytes = File.ReadAllBytes(pack);
        bytes[^20] ^= 1;
        File.WriteAllBytes(pack, bytes);

        _repository.Scan(new ScanRequest { Repair = true });

        Assert.False(File.Exists(pack));
        AssertRestores();
    }

    [Fact]
    public void A_tag_that_gives_a_snapshot_another_ID_is_found_and_put_aside()
    {
        string tag;
        using (var repository = _repository.Open(_stolen))
        {
            var store = new SnapshotStore(repository);
            var snapshot = Listed();
            tag = store.Records.WriteTag(TestOid(5), ObjectName.TryGetHash(snapshot.ObjectName)!, snapshot.Summary, default);
        }

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems);
        Assert.Equal((ProblemKind.TagDamaged, tag), (problem.Kind, problem.ObjectName));
        Assert.Empty(_repository.Scan().Problems);
    }

    private static Oid TestOid(int number) => Objects.TestOids.Random(number);

    private Snapshot Listed()
    {
        using var repository = _repository.Open();
        return new SnapshotStore(repository).Find("test", CancellationToken.None);
    }

    private SaveRequest Request() => new() { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };

    private void AssertRestores() => Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));

    private void Revoke()
    {
        using var repository = _repository.Open();
        new KeyRevocation(repository, static _ => { }).Run(_stolenId, distrustExisting: false, "", CancellationToken.None);
    }

    private Oid IdOf(byte[] content)
    {
        using var repository = _repository.Open(_stolen);
        return repository.Hasher.Compute(BlobType.Data, content);
    }

    private string Forge(Lie lie) => Forge(pack => lie switch
    {
        Lie.OtherIds => Rewrite(pack, (_, i) => TestOid(i)),
        Lie.OtherSize => pack with { Size = pack.Size + 1 },
        _ => Rewrite(pack, (oid, _) => oid, PackKind.Data),
    });

    private string Forge(Func<StoredPack, StoredPack> change) => Write(_stolen, [.. Packs().Select(change)]);

    /// <summary>The packs as they are.</summary>
    private List<StoredPack> Packs()
    {
        using var repository = _repository.Open(_stolen);
        return [.. repository.List(ObjectName.Packs, default).Select(pack => PackTables.Read(repository, pack, default))];
    }

    /// <summary>Writes an index that comes before all others in the listing.</summary>
    private string Write(string keyFile, IReadOnlyCollection<StoredPack> packs)
    {
        using var repository = _repository.Open(keyFile);
        var first = repository.List(ObjectName.Indexes, default).Select(index => index.Name).DefaultIfEmpty("z").First();
        while (true)
        {
            var index = IndexObject.Encode(repository.Keys, [], packs);
            var name = ObjectName.For(ObjectName.Indexes, SHA256.HashData(index));
            if (string.CompareOrdinal(name, first) > 0)
                continue;
            File.WriteAllBytes(Path.Combine(_repository.Location, name), index);
            return name;
        }
    }

    /// <summary>The same pack with other IDs, or of another kind, as an index may call it.</summary>
    private static StoredPack Rewrite(StoredPack pack, Func<Oid, int, Oid> change, PackKind? kind = null)
    {
        using var directory = new TableOfContentsWriter();
        var reader = new TableOfContentsReader(pack.Contents.Span);
        var number = 0;
        while (reader.NextSegment(out var length, out var method))
        {
            var blobs = new List<BlobEntry>();
            while (reader.NextBlob(out var blob))
                blobs.Add(blob with { Oid = change(blob.Oid, number++) });
            directory.Add(length, method, blobs);
        }

        return pack with { Contents = directory.ToArray(kind ?? reader.Kind) };
    }

    /// <summary>Writes a pack that is whole and says that it has all file content that is stored, or something else.</summary>
    private string ForgePack(params BlobEntry[] claimed)
    {
        StoredPack? written = null;
        using var repository = _repository.Open(_stolen);
        using var writer = new PackWriter(repository.Store, repository.Keys, repository.Descriptor, PackKind.Data, pack => written = pack, default);
        foreach (var blob in claimed.Length > 0 ? claimed : Packs().SelectMany(BlobsOf).Where(blob => blob.Type == BlobType.Data))
            writer.Append(new byte[blob.Length], SegmentMethod.Stored, [blob]);
        writer.Finish();
        return written!.Name;
    }

    private static List<BlobEntry> BlobsOf(StoredPack pack)
    {
        var blobs = new List<BlobEntry>();
        foreach (var blob in TableOfContentsReader.BlobsOf(pack))
            blobs.Add(blob);
        return blobs;
    }

    /// <summary>What a false index says of the packs that there are.</summary>
    public enum Lie
    {
        OtherIds,
        OtherSize,
        OtherKind,
    }
}

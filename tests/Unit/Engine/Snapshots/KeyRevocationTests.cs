using System.Text;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests.Reliability;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>What a revoked keyfile signed before stays good, and what it signs afterwards is refused, reported and never chosen.</summary>
public sealed class KeyRevocationTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly List<string> _warnings = [];
    private readonly string _thief;
    private readonly byte[] _thiefId;

    public KeyRevocationTests()
    {
        _repository.Write("file", "good"u8);
        (_thief, _thiefId) = _repository.Derive(KeyRole.ReadWrite, "thief.key");
    }

    private string Name => $"revoked/{Convert.ToHexStringLower(_thiefId)}";

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void What_was_there_stays_good_and_what_comes_later_does_not()
    {
        var before = Save(_thief);
        Revoke();
        var after = Forge("forged"u8);
        var own = _repository.Save();

        Assert.Equal(
            [(before.Id, SignerStatus.Trusted), (after.Id, SignerStatus.Revoked), (own.Snapshot.Id, SignerStatus.Trusted)],
            List().Select(snapshot => (snapshot.Id, snapshot.SignerStatus)));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void With_nothing_existing_trusted_none_of_its_snapshots_stays_good()
    {
        Save(_thief);
        Assert.Empty(Revoke(distrustExisting: true).Snapshots);

        Assert.Equal(SignerStatus.Revoked, Assert.Single(List()).SignerStatus);
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData(KeyRole.Master)]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.LogOnly)]
    public void Whoever_can_list_sees_it(KeyRole role)
    {
        Save(_thief);
        Revoke();
        Forge("forged"u8);
        using var repository = _repository.Open(role == KeyRole.Master ? _repository.KeyFilePath : _repository.Derive(role, "reader.key").Path);

        Assert.Equal([SignerStatus.Trusted, SignerStatus.Revoked], new SnapshotStore(repository).List(error => throw error, CancellationToken.None).Select(snapshot => snapshot.SignerStatus));
    }

    [Theory]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.WriteOnly)]
    public void A_revoked_key_is_refused_before_anything_is_written(KeyRole role)
    {
        var (path, id) = _repository.Derive(role, "revoked.key");
        Revoke(id);
        var objects = _repository.Objects("");

        var error = Assert.Throws<RekkordException>(() => Save(path));

        Assert.Equal(("KeyRevoked", RekkordErrorKind.Security), (error.ErrorId, error.Kind));
        Assert.Contains(Convert.ToHexStringLower(id), error.Message, StringComparison.Ordinal);
        Assert.Equal(objects, _repository.Objects(""));
    }

    [Fact]
    public void A_save_that_is_reported_counts_whenever_its_key_is_revoked()
    {
        var (path, id) = _repository.Derive(KeyRole.WriteOnly, "revoked.key");
        var request = new SaveRequest { Channel = "leaving", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };
        var revocation = Path.Combine(_repository.Location, ObjectName.ForRevocation(id));
        var outcomes = new HashSet<string>();
        SaveThrough(new FaultyStore(DirectoryObjectStore.Open(_repository.Location)));
        for (var call = 0; SaveThrough(new FaultyStore(DirectoryObjectStore.Open(_repository.Location), faultyCall: call) { Meanwhile = () => Revoke(id) }) > call; call++)
            File.Delete(revocation);

        Assert.Equal(["counts", "KeyRevoked"], outcomes.Order(StringComparer.Ordinal).Reverse());

        int SaveThrough(FaultyStore store)
        {
            using var repository = RepositoryAccess.Open(store, KeyFile.Read(path));
            try
            {
                var saved = new SaveOperation(repository, request, _repository).Run(CancellationToken.None).Snapshot.Id;
                Assert.Contains(List(), snapshot => snapshot.Id == saved && snapshot.SignerStatus == SignerStatus.Trusted);
                outcomes.Add("counts");
            }
            catch (RekkordException error)
            {
                outcomes.Add(error.ErrorId);
            }

            return store.Calls;
        }
    }

    [Fact]
    public void What_a_key_signs_while_it_is_revoked_is_told_to_who_revokes_it()
    {
        Save(_thief);
        var counting = new FaultyStore(DirectoryObjectStore.Open(_repository.Location));
        using (var repository = RepositoryAccess.Open(counting, KeyFile.Read(_repository.KeyFilePath)))
            new KeyRevocation(repository, _warnings.Add).Run(_thiefId, distrustExisting: false, "", CancellationToken.None);
        for (var call = 1; call < counting.Calls; call++)
        {
            Delete(Name);
            _warnings.Clear();
            string? saved = null;
            var store = new FaultyStore(DirectoryObjectStore.Open(_repository.Location), faultyCall: call)
            {
                Meanwhile = () => saved = Record.Exception(() => Save(_thief)) is null ? List()[^1].Id.ToString() : null,
            };
            using (var repository = RepositoryAccess.Open(store, KeyFile.Read(_repository.KeyFilePath)))
                new KeyRevocation(repository, _warnings.Add).Run(_thiefId, distrustExisting: false, "", CancellationToken.None);

            var counts = saved is null || Counts(saved);
            Assert.Equal(counts ? 0 : 1, _warnings.Count(warning => warning.Contains("while it was being revoked", StringComparison.Ordinal)));
        }
    }

    private bool Counts(string id)
    {
        using var repository = _repository.Open();
        var store = new SnapshotStore(repository);
        var tag = store.Find(id, CancellationToken.None);
        return tag.SignerStatus == SignerStatus.Trusted && store.Records.Read(tag.ObjectName, default).Snapshot.SignerStatus == SignerStatus.Trusted;
    }

    [Fact]
    public void A_revoked_key_still_reads_and_repairs_nothing()
    {
        _repository.Save();
        Revoke();
        using var repository = _repository.Open(_thief);

        Assert.Single(new SnapshotStore(repository).List(error => throw error, CancellationToken.None));
        var request = new ScanRequest { Repair = true, CacheDirectory = _repository.CacheDirectory };
        Assert.Equal("KeyRevoked", Assert.Throws<RekkordException>(() => new ScanOperation(repository, request, Assert.Fail).Run(CancellationToken.None)).ErrorId);
    }

    [Fact]
    public void Another_key_is_not_touched()
    {
        Revoke();
        var (other, _) = _repository.Derive(KeyRole.WriteOnly, "other.key");

        Save(other);

        Assert.Equal(SignerStatus.Trusted, Assert.Single(List()).SignerStatus);
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void A_restore_by_channel_takes_the_newest_that_counts_and_says_that_it_passed_others_over()
    {
        Save(_thief);
        Revoke();
        Forge("forged"u8);

        _repository.RestoreSource("thief");

        Assert.Equal("good", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Contains("1 newer snapshot(s) of channel 'thief'", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_channel_with_nothing_that_counts_has_no_snapshot()
    {
        Revoke();
        Forge("forged"u8);

        var error = Assert.Throws<RekkordException>(() => _repository.RestoreSource("thief"));

        Assert.Equal("SnapshotNotFound", error.ErrorId);
        Assert.Contains("revoked key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restore_by_ID_gives_a_snapshot_that_does_not_count_and_warns()
    {
        Revoke();
        var forged = Forge("forged"u8);

        _repository.RestoreSource(forged.Id.ToString()[..10]);

        Assert.Equal("forged", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Contains("was revoked", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_of_another_key_does_not_make_a_forged_snapshot_count()
    {
        Revoke();
        var forged = Forge("forged"u8);
        using var repository = _repository.Open();
        new SnapshotRecords(repository).WriteTag(forged.Id, ObjectName.TryGetHash(forged.ObjectName)!, forged.Summary, default);

        Assert.Equal("SignerRevoked", Assert.Throws<RekkordException>(() => _repository.RestoreSource("thief")).ErrorId);
        Assert.False(Directory.Exists(_repository.Destination));
        using var browser = new SnapshotBrowser(repository);
        var warnings = new List<string>();
        Assert.Empty(browser.Search(new PathPattern("file"), _ => true, error => throw error, warnings.Add, default));
        Assert.StartsWith("2 snapshot(s) are signed by a key that was revoked", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_revoked_key_cannot_file_a_good_snapshot_anew()
    {
        var good = Save(_thief);
        Revoke();
        using (var repository = _repository.Open(_thief))
            new SnapshotRecords(repository).WriteTag(good.Id, ObjectName.TryGetHash(good.ObjectName)!, good.Summary with { Channel = "other", Time = good.Summary.Time.AddDays(1) }, default);

        Assert.Equal([SignerStatus.Trusted, SignerStatus.Revoked], List().Select(snapshot => snapshot.SignerStatus));
        Assert.Equal("SnapshotNotFound", Assert.Throws<RekkordException>(() => _repository.RestoreSource("other")).ErrorId);
        Assert.Equal(ProblemKind.SignerRevoked, Assert.Single(_repository.Scan().Problems).Kind);
        _repository.RestoreSource(good.Id.ToString());
        Assert.Empty(_repository.Warnings);
    }

    [Fact]
    public void A_scan_names_what_does_not_count_and_a_repair_puts_it_aside()
    {
        var good = Save(_thief);
        Revoke();
        var forged = Forge("forged"u8);

        var problem = Assert.Single(_repository.Scan().Problems);

        Assert.Equal((ProblemKind.SignerRevoked, forged.ObjectName), (problem.Kind, problem.ObjectName));
        Assert.Equal([forged.Id.ToString()], problem.Snapshots);
        Assert.Contains(Convert.ToHexStringLower(_thiefId), problem.Message, StringComparison.Ordinal);
        Assert.NotNull(Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems).Repair);
        Assert.Empty(_repository.Scan().Problems);
        Assert.Equal([good.Id], List().Select(snapshot => snapshot.Id));
        Assert.Equal(2, _repository.Objects("damaged").Length);
    }

    [Fact]
    public void A_forged_snapshot_without_a_tag_gets_none_by_a_repair()
    {
        Revoke();
        var forged = Forge("forged"u8);
        Delete(forged.TagName);

        _repository.Scan(new ScanRequest { Repair = true });

        Assert.Empty(_repository.Objects("tags"));
    }

    [Fact]
    public void A_revocation_with_any_byte_changed_distrusts_its_key_and_is_reported_and_nothing_is_put_aside()
    {
        var good = Save(_thief);
        Revoke();
        var bytes = Read(Name);
        for (var i = 0; i < bytes.Length; i += 7)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Replace(Name, changed);

            Assert.Equal(SignerStatus.Revoked, Assert.Single(List()).SignerStatus);
            Assert.Equal(Name, Assert.IsType<DamagedObjectException>(Assert.Single(_damaged)).Target);
            Assert.Equal("ObjectDamaged", Assert.ThrowsAny<RekkordException>(() => Save(_thief)).ErrorId);
        }

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems);
        Assert.Equal((ProblemKind.RevocationDamaged, Name, null), (problem.Kind, problem.ObjectName, problem.Repair));
        Assert.Equal([good.Id.ToString()], problem.Snapshots);
        Assert.Empty(_repository.Objects("damaged"));
    }

    [Fact]
    public void A_malformed_revocation_gives_an_error_that_names_it()
    {
        Revoke(reason: "some reason");
        using var keys = KeyFile.Read(_repository.KeyFilePath);
        var whole = Read(Name);
        foreach (var bytes in Malformed.From(whole, 300).Where(bytes => !bytes.AsSpan().SequenceEqual(whole)))
            Assert.Equal(Name, Assert.Throws<DamagedObjectException>(() => RevocationCodec.Decode(bytes, Name, keys)).Target);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(FormatLimits.Record + 1)]
    public void A_damaged_revocation_is_made_again(int length)
    {
        Save(_thief);
        Revoke();
        Replace(Name, [1, 2, 3]);
        using (var file = File.OpenWrite(Path.Combine(_repository.Location, Name)))
            file.SetLength(length);

        Revoke(distrustExisting: false);

        Assert.Equal(SignerStatus.Trusted, Assert.Single(List()).SignerStatus);
        Assert.Empty(_repository.Scan().Problems);
        Assert.Contains(Name, Assert.Single(_warnings, warning => !warning.Contains("No snapshot", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_restore_by_channel_tells_a_damaged_revocation_from_a_damaged_tag()
    {
        Save(_repository.KeyFilePath);
        Revoke();
        Replace(Name, [1, 2, 3]);
        var warnings = new List<string>();
        using var repository = _repository.Open();

        new SnapshotStore(repository).Find("thief", CancellationToken.None, warnings.Add);

        Assert.Contains(warnings, warning => warning.Contains(Name, StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, warning => warning.Contains("tag(s)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_revocation_that_is_made_again_takes_nothing_for_good_unless_told_to()
    {
        Save(_thief);
        Revoke();
        Replace(Name, [1, 2, 3]);
        Assert.Empty(Revoke().Snapshots);

        Assert.Equal(SignerStatus.Revoked, Assert.Single(List()).SignerStatus);
        Assert.Single(_warnings, warning => warning.Contains("none of them counts any longer", StringComparison.Ordinal));
    }

    [Fact]
    public void A_revocation_that_is_stopped_while_a_damaged_one_is_made_again_leaves_the_key_revoked()
    {
        Save(_thief);
        Revoke();
        Replace(Name, [1, 2, 3]);
        using var repository = _repository.Open();

        Assert.Throws<OperationCanceledException>(() => new KeyRevocation(repository, _warnings.Add).Run(_thiefId, false, "", new CancellationToken(canceled: true)));

        Assert.Equal(SignerStatus.Revoked, Assert.Single(List()).SignerStatus);
        Assert.Equal("ObjectDamaged", Assert.ThrowsAny<RekkordException>(() => Save(_thief)).ErrorId);
    }

    [Fact]
    public void Only_the_master_key_revokes()
    {
        using var repository = _repository.Open(_thief);
        var (_, other) = _repository.Derive(KeyRole.WriteOnly, "other.key");

        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => new KeyRevocation(repository, _warnings.Add).Run(other, false, "", CancellationToken.None)).ErrorId);

        // And what another key signs is not a revocation, wherever it lies.
        var forged = RevocationCodec.Encode(new Revocation(Convert.ToHexStringLower(other), DateTimeOffset.UtcNow, "", new HashSet<Oid>()), repository.Keys, repository.Descriptor);
        Assert.Throws<DamagedObjectException>(() => RevocationCodec.Decode(forged, ObjectName.ForRevocation(other), repository.Keys));
    }

    [Fact]
    public void The_revocation_of_one_key_under_the_name_of_another_is_damaged()
    {
        Revoke();
        var (_, other) = _repository.Derive(KeyRole.WriteOnly, "other.key");
        Replace(ObjectName.ForRevocation(other), Read(Name));

        Assert.Equal([ProblemKind.RevocationDamaged], _repository.Scan().Problems.Select(problem => problem.Kind));
    }

    [Fact]
    public void A_key_is_revoked_once_and_the_master_key_never()
    {
        Revoke();
        using var keys = KeyFile.Read(_repository.KeyFilePath);

        Assert.Equal("KeyAlreadyRevoked", Assert.Throws<RekkordException>(() => Revoke()).ErrorId);
        Assert.Equal("KeyNotRevocable", Assert.Throws<RekkordException>(() => Revoke(keys.KeyId)).ErrorId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0011")]
    [InlineData("00112233445566778899aabbccddeefg")]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    public void What_is_no_ID_of_a_key_is_refused(string id) =>
        Assert.Equal("KeyIdInvalid", Assert.Throws<RekkordException>(() => KeyRevocation.ParseId(id)).ErrorId);

    [Fact]
    public void It_warns_when_the_key_has_signed_nothing() => Assert.Contains("No snapshot", RevokeAndWarn(_thiefId), StringComparison.Ordinal);

    [Fact]
    public void The_reason_and_the_snapshots_are_for_those_who_can_list_and_for_nobody_else()
    {
        var snapshot = Save(_thief);
        Revoke(reason: "laptop stolen in Käsdorf");
        var stored = Read(Name);

        Assert.Equal(-1, stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes("stolen")));
        Assert.Equal(-1, stored.AsSpan().IndexOf(snapshot.Id.ToArray()));
        foreach (var role in new[] { KeyRole.ReadWrite, KeyRole.WriteOnly, KeyRole.LogOnly })
        {
            using var repository = _repository.Open(_repository.Derive(role, $"{role}.key").Path);
            var read = RevocationList.Find(repository, _thiefId, default)!;
            Assert.Equal(role == KeyRole.WriteOnly ? "" : "laptop stolen in Käsdorf", read.Reason);
            Assert.Equal(role == KeyRole.WriteOnly ? [] : [snapshot.Id], read.Snapshots);
        }
    }

    private readonly List<RekkordException> _damaged = [];

    private IReadOnlyList<Snapshot> List()
    {
        _damaged.Clear();
        using var repository = _repository.Open();
        return new SnapshotStore(repository).List(_damaged.Add, CancellationToken.None);
    }

    private Snapshot Save(string keyFile)
    {
        var request = new SaveRequest { Channel = "thief", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };
        return _repository.Save(request, keyFile).Snapshot;
    }

    /// <summary>A snapshot that the stolen key signs with a program of its own, which asks nobody whether the key was revoked.</summary>
    private Snapshot Forge(ReadOnlySpan<byte> content)
    {
        _repository.Write("file", content);
        var stored = Path.Combine(_repository.Location, Name);
        File.Move(stored, stored + ".away");
        try
        {
            return Save(_thief);
        }
        finally
        {
            File.Move(stored + ".away", stored);
            _repository.Write("file", "good"u8);
        }
    }

    private Revocation Revoke(byte[]? keyId = null, bool? distrustExisting = null, string reason = "")
    {
        using var repository = _repository.Open();
        var revocation = new KeyRevocation(repository, _warnings.Add).Run(keyId ?? _thiefId, distrustExisting, reason, CancellationToken.None);
        _warnings.RemoveAll(warning => warning.Contains("No snapshot", StringComparison.Ordinal));
        return revocation;
    }

    private string RevokeAndWarn(byte[] keyId)
    {
        using var repository = _repository.Open();
        new KeyRevocation(repository, _warnings.Add).Run(keyId, false, "", CancellationToken.None);
        return Assert.Single(_warnings);
    }

    private byte[] Read(string name) => File.ReadAllBytes(Path.Combine(_repository.Location, name));

    private void Delete(string name) => File.Delete(Path.Combine(_repository.Location, name));

    private void Replace(string name, byte[] bytes)
    {
        Delete(name);
        File.WriteAllBytes(Path.Combine(_repository.Location, name), bytes);
    }
}

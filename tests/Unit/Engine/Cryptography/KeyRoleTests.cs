using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>What each role's keyfile can do, and that it lacks the keys for everything else.</summary>
public sealed class KeyRoleTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public KeyRoleTests() => _repository.Write("file", "content"u8);

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(KeyRole.Master, true, true, true, true)]
    [InlineData(KeyRole.Prune, true, true, true, true)]
    [InlineData(KeyRole.ReadWrite, true, true, true, false)]
    [InlineData(KeyRole.WriteOnly, true, false, false, false)]
    [InlineData(KeyRole.LogOnly, false, false, true, false)]
    public void Each_role_can_do_its_own_and_nothing_else(KeyRole role, bool saves, bool reads, bool lists, bool removes)
    {
        _repository.Save();

        AssertAllowed(saves, role, repository => new SaveOperation(
            repository,
            new SaveRequest { Channel = "by role", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory },
            _repository).Run(CancellationToken.None));
        AssertAllowed(lists, role, repository => new SnapshotStore(repository).List(error => throw error, CancellationToken.None));
        AssertAllowed(reads, role, repository => new ScanOperation(repository, new ScanRequest { CacheDirectory = _repository.CacheDirectory }, Assert.Fail).Run(CancellationToken.None));
        AssertAllowed(reads, role, repository => new RestoreOperation(
            repository, new RestoreRequest { Snapshot = "test", Destination = _repository.Destination }, _repository).Run(CancellationToken.None));
        AssertAllowed(removes, role, repository => new RetentionOperation(repository, new RetentionPolicy { KeepLast = 1 }, _ => true, error => throw error, Assert.Fail).Plan(CancellationToken.None));
    }

    [Fact]
    public void What_a_WriteOnly_key_saved_is_restored_with_the_master_key_and_deduplicated()
    {
        var saved = Save(KeyRole.WriteOnly);
        var again = Save(KeyRole.WriteOnly);

        Assert.Equal(1, saved.NewDataPacks);
        Assert.Equal(0, again.NewDataPacks + again.NewMetadataPacks);
        Assert.Equal(0, _repository.RestoreSource("by role").ErrorCount);
        Assert.Equal("content", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
    }

    [Fact]
    public void A_keyfile_of_a_role_holds_only_the_keys_of_the_role()
    {
        using var master = KeyMaterial.CreateMaster();

        Assert.Equal("IdKey IndexKey DataPrivateKey LogPrivateKey SigningPrivateKey", Parts(master.Derive(KeyRole.ReadWrite)));
        Assert.Equal("IdKey IndexKey DataPrivateKey LogPrivateKey SigningPrivateKey", Parts(master.Derive(KeyRole.Prune)));
        Assert.Equal("IdKey IndexKey SigningPrivateKey", Parts(master.Derive(KeyRole.WriteOnly)));
        Assert.Equal("LogPrivateKey", Parts(master.Derive(KeyRole.LogOnly)));
    }

    [Theory]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.WriteOnly)]
    [InlineData(KeyRole.LogOnly)]
    [InlineData(KeyRole.Prune)]
    public void Only_the_master_key_makes_keyfiles(KeyRole role)
    {
        using var master = KeyMaterial.CreateMaster();
        using var keys = master.Derive(role);

        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => keys.Derive(KeyRole.LogOnly)).ErrorId);
    }

    [Fact]
    public void What_a_stranger_signed_or_a_LogOnly_key_was_certified_for_is_refused()
    {
        using var master = KeyMaterial.CreateMaster();
        using var stranger = KeyMaterial.FromSeed(RandomNumberGenerator.GetBytes(32), master.RepositoryId);
        using var writer = master.Derive(KeyRole.WriteOnly);
        using var listener = master.Derive(KeyRole.LogOnly);
        var forged = new KeyMaterial(writer.ToParts() with { Role = KeyRole.WriteOnly, Certificate = listener.Certificate });

        Assert.Equal("payload"u8.ToArray(), Unwrap(master, SignedEnvelope.Wrap(writer, "domain"u8, "payload"u8.ToArray())));
        Assert.Throws<CryptographicException>(() => Unwrap(master, SignedEnvelope.Wrap(stranger, "domain"u8, "payload"u8.ToArray())));
        Assert.Throws<CryptographicException>(() => Unwrap(master, SignedEnvelope.Wrap(stranger.Derive(KeyRole.WriteOnly), "domain"u8, "payload"u8.ToArray())));
        Assert.Throws<CryptographicException>(() => Unwrap(master, SignedEnvelope.Wrap(forged, "domain"u8, "payload"u8.ToArray())));
        Assert.Throws<CryptographicException>(() => Unwrap(master, SignedEnvelope.Wrap(writer, "another"u8, "payload"u8.ToArray())));
    }

    [Fact]
    public void An_envelope_with_any_byte_changed_or_cut_off_is_refused()
    {
        using var master = KeyMaterial.CreateMaster();
        using var writer = master.Derive(KeyRole.WriteOnly);
        var envelope = SignedEnvelope.Wrap(writer, "domain"u8, "payload"u8.ToArray());
        for (var i = 0; i < envelope.Length; i++)
        {
            var changed = envelope.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Unwrap(master, changed));
            Assert.ThrowsAny<CryptographicException>(() => Unwrap(master, envelope[..i]));
        }
    }

    private static byte[] Unwrap(KeyMaterial master, byte[] envelope) =>
        SignedEnvelope.Unwrap(envelope, "domain"u8, master.MasterPublicKey, master.RepositoryId).Payload;

    private static string Parts(KeyMaterial keys)
    {
        var parts = keys.ToParts();
        (string Name, byte[]? Value)[] all =
        [
            (nameof(parts.Seed), parts.Seed), (nameof(parts.IdKey), parts.IdKey), (nameof(parts.IndexKey), parts.IndexKey),
            (nameof(parts.DataPrivateKey), parts.DataPrivateKey), (nameof(parts.LogPrivateKey), parts.LogPrivateKey),
            (nameof(parts.SigningPrivateKey), parts.SigningPrivateKey),
        ];
        return string.Join(' ', all.Where(part => part.Value is not null).Select(part => part.Name));
    }

    private SaveResult Save(KeyRole role)
    {
        using var repository = Open(role);
        return new SaveOperation(
            repository,
            new SaveRequest { Channel = "by role", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory },
            _repository).Run(CancellationToken.None);
    }

    private RepositoryAccess Open(KeyRole role)
    {
        var master = KeyFile.Read(_repository.KeyFilePath);
        return RepositoryAccess.Open(DirectoryObjectStore.Open(_repository.Location), role == KeyRole.Master ? master : master.Derive(role));
    }

    private void AssertAllowed(bool allowed, KeyRole role, Action<RepositoryAccess> operation)
    {
        using var repository = Open(role);
        if (allowed)
            operation(repository);
        else
            Assert.Equal("KeyRoleInsufficient", Assert.ThrowsAny<RekkordException>(() => operation(repository)).ErrorId);
    }
}

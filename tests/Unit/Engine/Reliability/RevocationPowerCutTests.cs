using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;
using Xunit.Abstractions;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>
/// A revocation is recorded step by step. Then, for a power cut after each step, every state is built that the disk may be in: the key
/// is revoked or not, and nothing is damaged.
/// </summary>
public sealed class RevocationPowerCutTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TestRepository _repository = new();
    private readonly string _keyFile;
    private readonly byte[] _keyId;

    public RevocationPowerCutTests(ITestOutputHelper output)
    {
        _output = output;
        _repository.Write("file", "content"u8);
        (_keyFile, _keyId) = _repository.Derive(KeyRole.ReadWrite, "lost.key");
        Save();
    }

    private string Stored => Path.Combine(_repository.Location, ObjectName.ForRevocation(_keyId));

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Whatever_a_power_cut_leaves_of_a_revocation_the_key_is_revoked_or_not_and_nothing_is_damaged()
    {
        foreach (var state in RecordRevocation(new RecordedStorageFiles()))
            state.Use(_repository.Location, used => Check(used, wasDamaged: false));
    }

    [Fact]
    public void Whatever_a_power_cut_leaves_of_a_damaged_revocation_that_is_made_again_the_key_is_revoked()
    {
        Revoke();
        File.WriteAllBytes(Stored, [1, 2, 3]);

        foreach (var state in TestLength.Choose(RecordRevocation(new RecordedStorageFiles()), 8))
            state.Use(_repository.Location, used => Check(used, wasDamaged: true));
    }

    [Theory]
    [InlineData(nameof(StorageStepKind.FlushFile))]
    [InlineData(nameof(StorageStepKind.FlushDirectory))]
    public void A_store_that_would_forget_to_flush_is_found_out(string forgotten)
    {
        var states = RecordRevocation(new RecordedStorageFiles(Enum.Parse<StorageStepKind>(forgotten)));

        Assert.ThrowsAny<Exception>(() => states.ForEach(state => state.Use(_repository.Location, used => Check(used, wasDamaged: false))));
    }

    private List<DiskState> RecordRevocation(RecordedStorageFiles files)
    {
        var disk = new SimulatedDisk(_repository.Location);
        _repository.OpenStore = location => DirectoryObjectStore.Open(location, files);
        Revoke();
        files.Mark("revoked");
        _repository.OpenStore = DirectoryObjectStore.Open;
        return disk.StatesAfterEachStep(files.Steps, _output);
    }

    private void Check(DiskState state, bool wasDamaged)
    {
        var damaged = _repository.Scan(new ScanRequest { Full = true }).Problems.Select(problem => problem.Kind).ToArray();
        Assert.True(damaged is [] || (wasDamaged && damaged is [ProblemKind.RevocationDamaged]), $"The scan found {string.Join(", ", damaged)}.");
        var revoked = damaged is [] && File.Exists(Stored);
        if (state.Promised.Count > 0)
            Assert.True(revoked, "The revocation was reported, and is lost.");
        if (wasDamaged)
            Assert.True(File.Exists(Stored), "The key was revoked, and is no more.");
        Assert.Equal(damaged is [] ? SignerStatus.Trusted : SignerStatus.Revoked, StatusOfItsSnapshot());

        if (revoked)
            Assert.Equal("KeyAlreadyRevoked", Assert.Throws<RekkordException>(Revoke).ErrorId);
        else
            Revoke();

        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
        Assert.Equal(SignerStatus.Trusted, StatusOfItsSnapshot());
        Assert.Empty(_repository.RestoreAndCompare("lost", _repository.Source));
        Assert.Equal("KeyRevoked", Assert.Throws<RekkordException>(Save).ErrorId);
    }

    private SignerStatus StatusOfItsSnapshot()
    {
        using var repository = _repository.Open();
        return Assert.Single(new SnapshotStore(repository).List(static _ => { }, CancellationToken.None)).SignerStatus;
    }

    private void Revoke()
    {
        using var repository = _repository.Open();
        new KeyRevocation(repository, _repository.Warn).Run(_keyId, distrustExisting: false, "", CancellationToken.None);
    }

    private void Save()
    {
        var request = new SaveRequest { Channel = "lost", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };
        Assert.False(_repository.Save(request, _keyFile).IsPartial);
    }
}

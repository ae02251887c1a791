using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>A snapshot whose tag was lost is never passed over without a word.</summary>
public sealed class UntaggedSnapshotTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly Snapshot _old;
    private readonly Snapshot _new;
    private readonly List<string> _warnings = [];

    public UntaggedSnapshotTests()
    {
        _repository.Write("file", "old"u8);
        _old = _repository.Save().Snapshot;
        _repository.Write("file", "new, and longer"u8);
        _new = _repository.Save().Snapshot;
        File.Delete(Path.Combine(_repository.Location, _new.TagName));
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_restore_by_channel_takes_it_when_it_is_the_newest_and_says_how_to_mend_that()
    {
        _repository.RestoreSource();

        Assert.Equal("new, and longer", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Contains("Invoke-RekkordScan -Repair", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_found_by_its_ID()
    {
        _repository.RestoreSource(_new.Id.ToString());

        Assert.Equal("new, and longer", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
    }

    [Fact]
    public void One_that_is_older_or_of_another_channel_does_not_matter()
    {
        _repository.Save();
        _repository.Save(new SaveRequest { Channel = "other", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory });

        _repository.RestoreSource("other");

        Assert.Empty(_repository.Warnings);
    }

    [Theory]
    [InlineData(KeyRole.LogOnly)]
    [InlineData(KeyRole.ReadWrite)]
    public void A_list_says_that_it_is_not_whole(KeyRole role)
    {
        Assert.Equal([_old.Id], List(role));

        Assert.Contains("1 snapshot(s)", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_repair_makes_the_tag_and_ends_the_warning()
    {
        _repository.Scan(new ScanRequest { Repair = true });

        Assert.Equal([_old.Id, _new.Id], List(KeyRole.LogOnly));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_save_that_ends_while_the_list_is_read_is_in_it_and_raises_no_alarm()
    {
        _repository.Scan(new ScanRequest { Repair = true });
        var counted = new Reliability.FaultyStore(Storage());
        using (var repository = RepositoryAccess.Open(counted, KeyFile.Read(_repository.KeyFilePath)))
            List(repository);

        for (var call = 0; call < counted.Calls; call++)
        {
            SaveResult? saved = null;
            var store = new Reliability.FaultyStore(Storage(), faultyCall: call) { Meanwhile = () => saved = _repository.Save() };
            using var repository = RepositoryAccess.Open(store, KeyFile.Read(_repository.KeyFilePath));
            List(repository);

            Assert.NotNull(saved);
            Assert.Empty(_warnings);
        }
    }

    [Fact]
    public void One_that_cannot_be_read_either_makes_the_newest_doubtful()
    {
        var path = Path.Combine(_repository.Location, _new.ObjectName);
        File.SetAttributes(path, FileAttributes.Normal);
        File.WriteAllText(path, "damaged");

        _repository.RestoreSource();

        Assert.Equal("old", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Contains("may belong to a newer snapshot", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    private Engine.Storage.Local.DirectoryObjectStore Storage() => Engine.Storage.Local.DirectoryObjectStore.Open(_repository.Location);

    private Oid[] List(KeyRole role)
    {
        using var repository = _repository.Open(_repository.Derive(role, "other.key").Path);
        return List(repository);
    }

    private Oid[] List(RepositoryAccess repository) =>
        [.. new SnapshotStore(repository).List(static error => throw error, CancellationToken.None, _warnings.Add).Select(snapshot => snapshot.Id)];
}

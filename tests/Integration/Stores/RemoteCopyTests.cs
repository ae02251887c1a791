using System.Globalization;
using Rekkord.Engine.Copying;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Sftp;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>Snapshots are copied from a directory to another machine, and from there to a directory, with other keys at each.</summary>
[Collection(nameof(RadosGateway))]
public sealed class RemoteCopyTests(RadosGateway gateway) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestRepository _local = new();

    public void Dispose()
    {
        _local.Dispose();
        _directory.Dispose();
    }

    [RequiresRadosGatewayFact]
    public void Copies_go_to_a_bucket_and_back_and_nothing_is_copied_twice() =>
        AssertCopied(new Place(gateway.NewLocation(), new StoreOptions { S3 = RadosGateway.Options }, _directory["remote.key"]));

    [RequiresProgramFact("sshd")]
    public void Copies_go_to_an_SFTP_server_and_back_and_nothing_is_copied_twice()
    {
        using var server = new SshServer();
        AssertCopied(new Place(
            string.Create(CultureInfo.InvariantCulture, $"sftp://{Environment.UserName}@127.0.0.1:{server.Port}{server.NewPath()}"),
            new StoreOptions { Sftp = new SftpOptions { Command = server.Command(), KeyFile = server.UserKey } },
            _directory["remote.key"]));
    }

    private void AssertCopied(Place place)
    {
        for (var file = 0; file < 30; file++)
            _local.Write($"directory/{file}", TestRepository.RandomBytes(file, 50_000 + file));
        _local.Write("large", TestRepository.RandomBytes(99, 6_000_000));
        var saved = _local.Save().Snapshot;
        place.Create();
        var third = new Place(_directory["third"], new StoreOptions(), _directory["third.key"]);
        third.Create();

        using var local = _local.Open();
        var there = Assert.Single(Copy(local, place));
        using var remote = place.Open();
        var back = Assert.Single(Copy(remote, third));

        // Both name the snapshot that was saved, not the copy in between.
        Assert.Equal([saved.Id, saved.Id], [there.Copy.Summary.Origin!.SnapshotId, back.Copy.Summary.Origin!.SnapshotId]);
        Assert.Empty(Copy(local, place));
        Assert.Empty(Copy(remote, third));
        Assert.Empty(new ScanOperation(remote, new ScanRequest { Full = true, CacheDirectory = _directory["scan-cache"] }, _ => { }).Run(default).Problems);
        using var last = third.Open();
        var restore = new RestoreRequest { Snapshot = back.Copy.Id.ToString(), Path = _local.Source, Destination = _local.Destination };
        Assert.Equal(0, new RestoreOperation(last, restore, _local).Run(default).ErrorCount);
        Assert.Equal(TreeListing.Of(_local.Source), TreeListing.Of(_local.Destination));
    }

    /// <summary>Copies what is not there yet, as the cmdlet does.</summary>
    private List<CopyResult> Copy(RepositoryAccess source, Place place)
    {
        using var destination = place.Open();
        var operation = new CopyOperation(source, destination, new CopyRequest { Snapshots = ["test"], CacheDirectory = _directory["cache"] }, _local);
        var copied = new List<CopyResult>();
        operation.Run([.. operation.Plan(default).Where(planned => planned.Copy is null)], copied.Add, default);
        return copied;
    }

    /// <summary>A repository that snapshots are copied to.</summary>
    private sealed record Place(string Location, StoreOptions Options, string Key)
    {
        public void Create() => RepositoryCreation.Run(Location, Key, overwriteKeyFile: false, options: Options).Dispose();

        public RepositoryAccess Open() => RepositoryAccess.Open(Location, KeyFile.Read(Key), options: Options);
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Sftp;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>A prune of a repository on another machine, with a save that began before it and one that begins while it deletes.</summary>
[Collection(nameof(RadosGateway))]
public sealed class RemotePruneTests(RadosGateway gateway) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestRepository _local = new();

    public void Dispose()
    {
        _local.Dispose();
        _directory.Dispose();
    }

    [RequiresRadosGatewayFact]
    public Task Space_of_a_bucket_comes_back_beside_saves() =>
        AssertPrunedAsync(gateway.NewLocation(), new StoreOptions { S3 = RadosGateway.Options });

    [RequiresProgramFact(Azurite.Program)]
    public async Task Space_of_a_container_comes_back_beside_saves()
    {
        using var server = new Azurite();
        await AssertPrunedAsync(server.NewLocation(), new StoreOptions { Azure = server.Options });
    }

    [RequiresProgramFact("sshd")]
    public async Task Space_of_an_SFTP_server_comes_back_beside_saves()
    {
        using var server = new SshServer();
        await AssertPrunedAsync(
            string.Create(CultureInfo.InvariantCulture, $"sftp://{Environment.UserName}@127.0.0.1:{server.Port}{server.NewPath()}"),
            new StoreOptions { Sftp = new SftpOptions { Command = server.Command(), KeyFile = server.UserKey } });
    }

    private async Task AssertPrunedAsync(string location, StoreOptions options)
    {
        var key = _directory["master.key"];
        RepositoryCreation.Run(location, key, overwriteKeyFile: false, options: options).Dispose();
        Write(1);
        var first = Save("one").Snapshot;
        Write(2);
        Save("one");
        Write(1);

        // This save relies on what the first snapshot has, and is suspended until all of that is gone.
        using var goesOn = new ManualResetEventSlim();
        using var isSuspended = new ManualResetEventSlim();
        var suspended = Task.Factory.StartNew(
            () => Save("two", store => new WatchedStore(store)
            {
                Putting = name =>
                {
                    if (!name.StartsWith("snapshots/", StringComparison.Ordinal))
                        return;
                    isSuspended.Set();
                    goesOn.Wait();
                },
            }),
            TaskCreationOptions.LongRunning);
        Assert.True(WaitHandle.WaitAny([isSuspended.WaitHandle, ((IAsyncResult)suspended).AsyncWaitHandle]) == 0);
        using (var repository = Open())
        {
            var removal = new RemovalOperation(repository, Raise);
            Assert.Single(removal.Remove(removal.FindById(first.Id.ToString(), removed: false, default), force: false, default));
        }

        Assert.True(Prune() is { CondemnedPacks: > 0, DeletedPacks: 0 });
        var before = SizeOfPacks();
        SaveResult? beside = null;
        var swept = Prune(store => new WatchedStore(store) { MarkAge = TimeSpan.FromDays(8), Deleting = () => beside ??= Save("three") });

        Assert.True(swept is { DeletedPacks: > 0, RefusedObjects: 0 });
        Assert.Equal(first.Id, Assert.Single(swept.Snapshots).Id);
        Assert.Equal(before + beside!.Snapshot.Summary.StoredSize, SizeOfPacks() + swept.DeletedSize, tolerance: before / 100);
        goesOn.Set();
        Assert.Equal("SaveOvertaken", (await Assert.ThrowsAsync<RekkordException>(() => suspended)).ErrorId);
        var again = Save("two").Snapshot;

        using (var repository = Open())
            Assert.Empty(new ScanOperation(repository, new ScanRequest { Full = true, CacheDirectory = _local.CacheDirectory }, _ => { }).Run(default).Problems.Select(problem => problem.Message));
        foreach (var snapshot in new[] { beside.Snapshot, again })
        {
            var destination = Path.Combine(_local.Destination, snapshot.Id.ToString());
            using (var repository = Open())
                Assert.Equal(0, new RestoreOperation(repository, new RestoreRequest { Snapshot = snapshot.Id.ToString(), Path = _local.Source, Destination = destination }, _local).Run(default).ErrorCount);
            Assert.Equal(TreeListing.Of(_local.Source), TreeListing.Of(destination));
        }

        RepositoryAccess Open(Func<IObjectStore, IObjectStore>? decorate = null) =>
            RepositoryAccess.Open((decorate ?? (store => store))(ObjectStore.Open(location, options)), KeyFile.Read(key));

        // Each name is a machine with caches of its own.
        SaveResult Save(string machine, Func<IObjectStore, IObjectStore>? decorate = null)
        {
            using var repository = Open(decorate);
            var request = new SaveRequest { Channel = machine, Paths = [FileName.FromText(_local.Source)], CacheDirectory = $"{_local.CacheDirectory}-{machine}" };
            return new SaveOperation(repository, request, _local).Run(default);
        }

        PruneResult Prune(Func<IObjectStore, IObjectStore>? decorate = null)
        {
            using var repository = Open(decorate);
            var operation = new PruneOperation(repository, new PruneRequest { CacheDirectory = _local.CacheDirectory }, message => Assert.Fail(message));
            operation.Plan(default);
            return operation.Run(default);
        }

        long SizeOfPacks()
        {
            using var repository = Open();
            return repository.Store.List("packs/", default).Sum(pack => pack.Size);
        }
    }

    private static void Raise(RekkordException error) => throw error;

    private void Write(int state)
    {
        _local.Write("shared", TestRepository.RandomBytes(9, 500_000));
        for (var file = 0; file < 4; file++)
            _local.Write($"changing/file{file}", TestRepository.RandomBytes((state * 10) + file, 700_000));
    }

    /// <summary>A store that tells of each object before it is put or deleted, and whose marks are older than they are.</summary>
    private sealed class WatchedStore(IObjectStore store) : ObjectStoreDecorator(store)
    {
        private readonly DateTimeOffset _opened = DateTimeOffset.UtcNow;

        public Action<string>? Putting { get; init; }

        public Action? Deleting { get; init; }

        public TimeSpan MarkAge { get; init; }

        public override async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var found in base.ListAsync(folder, cancellation))
                yield return folder == "condemned/" && found.ModifiedTime <= _opened ? found with { ModifiedTime = found.ModifiedTime - MarkAge } : found;
        }

        public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            Putting?.Invoke(name);
            return base.PutAsync(name, content, mode, cancellation);
        }

        public override ValueTask DeleteAsync(string name, CancellationToken cancellation)
        {
            // Before that, it is only the record that told the store's time.
            if (!name.StartsWith("condemned/", StringComparison.Ordinal))
                Deleting?.Invoke();
            return base.DeleteAsync(name, cancellation);
        }
    }
}

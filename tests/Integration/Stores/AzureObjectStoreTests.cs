using System.Text;
using Azure.Storage.Blobs.Models;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Azure;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>The store in a container, with the key of the account.</summary>
[Collection(nameof(Azurite))]
[RequiresPrograms(Azurite.Program)]
public sealed class AzureObjectStoreTests(Azurite server) : ObjectStoreContract
{
    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(Open(server.NewLocation()));

    [RequiresProgramFact(Azurite.Program)]
    public async Task Two_writers_of_one_name_are_kept_apart_from_the_start()
    {
        Assert.True(Store.Capabilities.ExclusiveCreate);
        Assert.True(Store.Capabilities.ServerClock);
        await PutAsync("tags/one", [1]);
        Assert.Equal(["tags/one"], (await ListAsync("")).Select(found => found.Name));
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task An_object_is_the_same_in_a_listing_and_by_its_name()
    {
        await PutAsync("tags/one", [1]);
        var listed = Assert.Single(await ListAsync("tags/"));
        Assert.NotNull(listed.Identity);
        Assert.Equal(await Store.FindAsync("tags/one", default), listed);
        await Store.ListAheadAsync(["tags/"], default);
        Assert.Equal(listed, Assert.Single(await ListAsync("tags/")));
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task A_place_may_have_any_characters_and_blobs_of_others_beside_it()
    {
        using var store = Open($"{server.NewLocation()}/größer als 100%/a+b&c");
        await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default);
        await server.Owner.UploadBlobAsync("elsewhere", BinaryData.FromString("of somebody else"));

        Assert.Equal(["tags/one"], store.List("", default).Select(found => found.Name));
        Assert.Equal([1], await store.ReadAsync("tags/one", 1, default));
        Assert.NotNull((await server.Owner.GetBlobClient(AzureLocation.Parse(store.Location).BlobOf("tags/one")).GetPropertiesAsync()).Value);
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task An_object_is_put_in_one_request()
    {
        using var proxy = new MisbehavingProxy(server.Port);
        using var store = Open(server.NewLocation(), proxy.Port);
        var bytes = TestRepository.RandomBytes(1, 9_000_000);

        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);

        Assert.InRange(proxy.Sent, bytes.Length, bytes.Length + 3_000);
        var blocks = await Azure.Storage.Blobs.Specialized.SpecializedBlobExtensions.GetBlockBlobClient(server.Owner, AzureLocation.Parse(store.Location).BlobOf("packs/ab/one")).GetBlockListAsync(BlockListTypes.All);
        Assert.Empty(blocks.Value.CommittedBlocks);
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task An_upload_limit_is_kept_on_the_line()
    {
        const int limit = 1_000_000;
        using var proxy = new MisbehavingProxy(server.Port);
        var clock = new LineClock(limit, proxy);
        var options = new StoreOptions { Azure = new AzureOptions { AccountKey = Azurite.Key, Endpoint = Azurite.EndpointAt(proxy.Port) }, UploadLimit = limit, Time = clock };
        using var store = ObjectStore.Open(server.NewLocation(), options);
        var bytes = TestRepository.RandomBytes(1, 5 * limit);

        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);

        Assert.InRange(clock.Seconds, 4.8, 5.2);
        Assert.Equal(bytes.Length, store.SentLength);
        Assert.InRange(proxy.Sent, bytes.Length, bytes.Length + LineClock.Heads);
        Assert.False(clock.HasLagged, "The line was sent less than the limit allows.");
        Assert.False(clock.WasOvertaken, "The line was sent more than the limit allows.");
        Assert.Equal(bytes, await store.ReadAsync("packs/ab/one", bytes.Length, default));
    }

    /// <summary>Neither the SDK nor the store asks again by itself: that is done where it is told, and where it ends with the command.</summary>
    [RequiresProgramFact(Azurite.Program)]
    public async Task No_request_is_made_again()
    {
        using var proxy = new MisbehavingProxy(server.Port);
        using var store = Open(server.NewLocation(), proxy.Port);
        var bytes = TestRepository.RandomBytes(1, 300_000);
        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);

        (ProxyFault Fault, Func<IObjectStore, Task> Call)[] cases =
        [
            (ProxyFault.Busy, other => other.PutAsync("tags/one", ObjectContent.From(bytes), PutMode.Create, default).AsTask()),
            (new ProxyFault { CutAfterSending = 100_000 }, other => other.PutAsync("tags/one", ObjectContent.From(bytes), PutMode.Create, default).AsTask()),
            (ProxyFault.Busy, other => other.ReadAsync("packs/ab/one", bytes.Length, default).AsTask()),
            (new ProxyFault { CutAfterReceiving = 100_000 }, other => other.ReadAsync("packs/ab/one", bytes.Length, default).AsTask()),
            (new ProxyFault { CutAfterReceiving = 100_000 }, other => ReadStreamAsync(other, "packs/ab/one")),
            (ProxyFault.Busy, other => other.FindAsync("packs/ab/one", default).AsTask()),
            (ProxyFault.Busy, other => Task.Run(() => other.List("", default))),
        ];
        foreach (var (fault, call) in cases)
        {
            proxy.Fault = _ => fault;
            using var other = Open(store.Location, proxy.Port);
            Assert.True((await Assert.ThrowsAsync<StorageException>(() => call(other))).IsTransient);
            Assert.Equal(1, proxy.Connections);
        }

        static async Task ReadStreamAsync(IObjectStore store, string name)
        {
            using var stream = await store.OpenReadAsync(name, 0, default);
            await stream.CopyToAsync(Stream.Null);
        }
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task A_blob_in_the_archive_is_named()
    {
        await PutAsync("packs/ab/one", [1]);
        await server.Owner.GetBlobClient(AzureLocation.Parse(Store.Location).BlobOf("packs/ab/one")).SetAccessTierAsync(AccessTier.Archive);

        Assert.Equal("ObjectArchived", (await FailAsync(() => Store.ReadAsync("packs/ab/one", 1, default).AsVoid())).ErrorId);
    }

    private AzureObjectStore Open(string location, int? port = null) =>
        AzureObjectStore.Open(AzureLocation.Parse(location), new AzureOptions { AccountKey = Azurite.Key, Endpoint = Azurite.EndpointAt(port ?? server.Port) });
}

/// <summary>The store with a SAS token that may do all that a command needs.</summary>
[Collection(nameof(Azurite))]
[RequiresPrograms(Azurite.Program)]
public sealed class AzureSasStoreTests(Azurite server) : ObjectStoreContract
{
    protected override int ListedObjects => 50;

    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(
        AzureObjectStore.Open(AzureLocation.Parse(server.NewLocation()), new AzureOptions { SasToken = "?" + Azurite.TokenFor("rcwdl"), Endpoint = server.Endpoint }));
}

/// <summary>The store with the token that docs/stores.md gives a server that only saves.</summary>
[Collection(nameof(Azurite))]
public sealed class AzureWriterTests(Azurite server) : IDisposable
{
    private AzureObjectStore? _store;

    public void Dispose() => _store?.Dispose();

    [RequiresProgramFact(Azurite.Program)]
    public async Task It_makes_reads_and_lists_objects_and_destroys_none()
    {
        var store = Open(server.TokenOfPolicy(PermissionsOfDocument()));
        Assert.True(await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default));

        Assert.False(await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 2 }), PutMode.Create, default));
        await AssertDeniedAsync("w (write)", () => store.PutAsync("tags/one", ObjectContent.From(new byte[] { 2 }), PutMode.Replace, default).AsVoid());
        await AssertDeniedAsync("d (delete)", () => store.DeleteAsync("tags/one", default));

        Assert.Equal([1], await store.ReadAsync("tags/one", 1, default));
        Assert.Equal(["tags/one"], store.List("", default).Select(found => found.Name));
        server.RemovePolicies();
        await Assert.ThrowsAsync<StorageException>(async () => await store.ReadAsync("tags/one", 1, default));
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task What_it_may_not_do_is_told_with_the_permission_that_it_needs()
    {
        var store = Open(Azurite.TokenFor("rc"));
        await AssertDeniedAsync("l (list)", async () => await Task.Run(() => store.List("", default)));
        store.Dispose();
        store = Open(Azurite.TokenFor("cl"));
        await AssertDeniedAsync("r (read)", () => store.ReadAsync("tags/one", 1, default).AsVoid());
    }

    private AzureObjectStore Open(string token) => _store =
        AzureObjectStore.Open(AzureLocation.Parse(server.NewLocation()), new AzureOptions { SasToken = token, Endpoint = server.Endpoint });

    private static async Task AssertDeniedAsync(string permission, Func<ValueTask> call)
    {
        var error = await Assert.ThrowsAsync<StorageException>(async () => await call());
        Assert.Equal(("StoreAccessDenied", RekkordErrorKind.PermissionDenied), (error.ErrorId, error.Kind));
        Assert.Contains(permission, error.Message, StringComparison.Ordinal);
    }

    private static string PermissionsOfDocument()
    {
        const string option = "--name servers --permissions ";
        var document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "stores.md"), Encoding.UTF8);
        var start = document.IndexOf(option, StringComparison.Ordinal) + option.Length;
        return document[start..document.IndexOf(' ', start)];
    }
}

using System.Net;
using Amazon.S3;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.S3;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>The store on Ceph's S3 server.</summary>
[Collection(nameof(RadosGateway))]
[RequiresPrograms(RadosGateway.Programs)]
public sealed class S3ObjectStoreTests(RadosGateway gateway) : ObjectStoreContract
{
    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(S3ObjectStore.Open(S3Location.Parse(gateway.NewLocation()), RadosGateway.Options));

    [RequiresRadosGatewayFact]
    public async Task Exclusive_creation_is_known_when_it_was_tried_out()
    {
        Assert.False(Store.Capabilities.ExclusiveCreate);
        await PutAsync("tags/one", [1]);
        Assert.True(Store.Capabilities.ExclusiveCreate);
    }

    [RequiresRadosGatewayFact]
    public async Task An_upload_limit_is_kept_on_the_line()
    {
        const int limit = 1_000_000;
        using var proxy = new MisbehavingProxy(gateway.Port);
        var clock = new LineClock(limit, proxy);
        using var store = ObjectStore.Open(gateway.NewLocation(port: proxy.Port), new StoreOptions { S3 = RadosGateway.Options, UploadLimit = limit, Time = clock });
        var bytes = TestRepository.RandomBytes(1, 5 * limit);

        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);

        Assert.InRange(clock.Seconds, 4.8, 5.2);
        Assert.InRange(proxy.Sent, bytes.Length, bytes.Length + LineClock.Heads);
        Assert.False(clock.HasLagged, "The line was sent less than the limit allows.");
        Assert.False(clock.WasOvertaken, "The line was sent more than the limit allows.");
        Assert.Equal(bytes, await store.ReadAsync("packs/ab/one", bytes.Length, default));
    }

    [RequiresRadosGatewayFact]
    public async Task A_part_in_the_place_of_a_whole_object_is_not_taken_for_it()
    {
        using var proxy = new MisbehavingProxy(gateway.Port);
        using var store = S3ObjectStore.Open(S3Location.Parse(gateway.NewLocation(port: proxy.Port)), RadosGateway.Options);
        var bytes = TestRepository.RandomBytes(1, 100);
        using (var direct = S3ObjectStore.Open(S3Location.Parse(store.Location.Replace($":{proxy.Port}/", $":{gateway.Port}/", StringComparison.Ordinal)), RadosGateway.Options))
            await direct.PutAsync("tags/one", ObjectContent.From(bytes), PutMode.Create, default);
        Func<int, ProxyFault?> part = static number => number == 0 ? ProxyFault.Answering("206 Partial Content\r\nContent-Range: bytes 0-3/100", "part") : null;

        proxy.Fault = part;
        Assert.Equal(bytes, await store.ReadAsync("tags/one", bytes.Length, default));
        proxy.Fault = part;
        using var stream = await store.OpenReadAsync("tags/one", 0, default);
        var read = new byte[200];
        Assert.Equal(bytes.Length, await stream.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false));
    }
}

/// <summary>The store in a bucket that keeps versions.</summary>
[Collection(nameof(RadosGateway))]
[RequiresPrograms(RadosGateway.Programs)]
public sealed class S3VersionedBucketTests(RadosGateway gateway) : ObjectStoreContract
{
    protected override int ListedObjects => 50;

    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(S3ObjectStore.Open(S3Location.Parse(gateway.NewLocation(RadosGateway.GuardedBucket)), RadosGateway.Options));

    [RequiresRadosGatewayFact]
    public async Task What_was_deleted_is_listed_and_brought_back()
    {
        foreach (var name in new[] { "tags/one", "tags/two", "tags/three", "tags/three4" })
            await PutAsync(name, [1]);
        await Store.DeleteAsync("tags/one", default);
        await Store.DeleteAsync("tags/two", default);
        await PutAsync("tags/two", [2]);
        await Store.DeleteAsync("tags/three", default);
        await PutAsync("tags/three", [3]);
        await Store.DeleteAsync("tags/three", default);

        Assert.Equal(["tags/one", "tags/three"], Store.ListDeleted(default).Order(StringComparer.Ordinal));
        await Store.BringBackAsync("tags/one", default);
        await Store.BringBackAsync("tags/three", default);
        await Store.BringBackAsync("tags/two", default);

        Assert.Empty(Store.ListDeleted(default));
        Assert.Equal([1], await Store.ReadAsync("tags/one", 1, default));
        Assert.Equal([2], await Store.ReadAsync("tags/two", 1, default));
        Assert.Equal([3], await Store.ReadAsync("tags/three", 1, default));
        Assert.Equal("ObjectNotFound", (await Assert.ThrowsAsync<StorageException>(async () => await Store.BringBackAsync("tags/thre", default))).ErrorId);
    }

    [RequiresRadosGatewayFact]
    public async Task What_several_deletions_hide_is_brought_back()
    {
        var location = S3Location.Parse(Store.Location);
        await PutAsync("tags/one", [1]);
        using var client = gateway.OpenClient();
        for (var i = 0; i < 3; i++)
            await client.DeleteObjectAsync(location.Bucket, location.KeyOf("tags/one"));

        Assert.Equal(["tags/one"], Store.ListDeleted(default));
        await Store.BringBackAsync("tags/one", default);

        Assert.Equal([1], await Store.ReadAsync("tags/one", 1, default));
    }
}

/// <summary>The store in a bucket with object lock, where each object is kept for a minute.</summary>
[Collection(nameof(RadosGateway))]
[RequiresPrograms(RadosGateway.Programs)]
public sealed class S3LockedBucketTests(RadosGateway gateway) : ObjectStoreContract
{
    protected override int ListedObjects => 50;

    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(Open(gateway.NewLocation(RadosGateway.LockedBucket), TimeSpan.FromMinutes(1)));

    [RequiresRadosGatewayFact]
    public async Task An_object_is_kept_from_the_start_and_never_shorter_than_before()
    {
        await PutAsync("tags/one", [1]);
        Assert.True(Store.Capabilities.Retention);
        var first = await gateway.ReadRetentionAsync(Store.Location, "tags/one");
        Assert.Equal("GOVERNANCE", first.Mode.Value);
        Assert.InRange(first.RetainUntilDate!.Value.ToUniversalTime(), DateTime.UtcNow.AddSeconds(20), DateTime.UtcNow.AddMinutes(1));

        var until = DateTimeOffset.UtcNow.AddHours(1);
        await Store.RetainAsync("tags/one", until, default);
        await Store.RetainAsync("tags/one", until.AddMinutes(-30), default);

        var kept = (await gateway.ReadRetentionAsync(Store.Location, "tags/one")).RetainUntilDate!.Value.ToUniversalTime();
        Assert.InRange(kept, until.UtcDateTime.AddSeconds(-1), until.UtcDateTime.AddSeconds(1));
        using var client = gateway.OpenClient();
        var location = S3Location.Parse(Store.Location);
        var version = (await client.ListVersionsAsync(location.Bucket, location.KeyOf("tags/one"))).Versions.Single();
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => client.DeleteObjectAsync(location.Bucket, version.Key, version.VersionId));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [RequiresRadosGatewayFact]
    public async Task Compliance_is_asked_for_where_it_is_set()
    {
        var location = gateway.NewLocation(RadosGateway.LockedBucket);
        using var store = Open(location, TimeSpan.FromSeconds(5), "Compliance");
        await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default);
        Assert.Equal("COMPLIANCE", (await gateway.ReadRetentionAsync(location, "tags/one")).Mode.Value);
    }

    [RequiresRadosGatewayFact]
    public async Task A_bucket_without_object_lock_is_refused()
    {
        using var store = Open(gateway.NewLocation(), TimeSpan.FromDays(1));
        var error = await Assert.ThrowsAsync<StorageException>(async () => await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default));
        Assert.Equal("RetentionUnsupported", error.ErrorId);
        using var plain = S3ObjectStore.Open(S3Location.Parse(store.Location), RadosGateway.Options);
        await plain.PutAsync("tags/two", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default);
        error = await Assert.ThrowsAsync<StorageException>(async () => await store.RetainAsync("tags/two", DateTimeOffset.UtcNow.AddDays(1), default));
        Assert.Equal("RetentionUnsupported", error.ErrorId);
    }

    private static S3ObjectStore Open(string location, TimeSpan retainDuration, string? lockMode = null) => S3ObjectStore.Open(
        S3Location.Parse(location),
        new S3Options { AccessKeyId = RadosGateway.AccessKey, SecretKey = RadosGateway.SecretKey, LockMode = lockMode },
        retainDuration: retainDuration);
}

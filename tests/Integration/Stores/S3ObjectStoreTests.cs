using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.S3;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>The store on Ceph's S3 server.</summary>
[Collection(nameof(RadosGateway))]
public sealed class S3ObjectStoreTests(RadosGateway gateway) : ObjectStoreContract
{
    protected override ValueTask<IObjectStore> OpenAsync() => RadosGateway.Missing.Length > 0
        ? throw new InvalidOperationException($"$XunitDynamicSkip$needs {RadosGateway.Missing}")
        : ValueTask.FromResult<IObjectStore>(S3ObjectStore.Open(S3Location.Parse(gateway.NewLocation()), RadosGateway.Options));

    [RequiresRadosGatewayFact]
    public async Task Exclusive_creation_is_known_when_it_was_tried_out()
    {
        Assert.False(Store.Capabilities.ExclusiveCreate);
        await PutAsync("tags/one", [1]);
        Assert.True(Store.Capabilities.ExclusiveCreate);
    }
}

/// <summary>The store in a bucket that keeps versions.</summary>
[Collection(nameof(RadosGateway))]
public sealed class S3VersionedBucketTests(RadosGateway gateway) : ObjectStoreContract
{
    protected override int ListedObjects => 50;

    protected override ValueTask<IObjectStore> OpenAsync() => RadosGateway.Missing.Length > 0
        ? throw new InvalidOperationException($"$XunitDynamicSkip$needs {RadosGateway.Missing}")
        : ValueTask.FromResult<IObjectStore>(S3ObjectStore.Open(S3Location.Parse(gateway.NewLocation(RadosGateway.GuardedBucket)), RadosGateway.Options));
}

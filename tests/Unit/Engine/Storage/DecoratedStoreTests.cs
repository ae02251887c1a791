using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Storage.Retrying;
using Rekkord.Engine.Storage.Throttling;
using Rekkord.Engine.Tests.Reliability;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>Over a line on which every other request fails, a store that retries does all that a store does.</summary>
public sealed class RetriedFlakyStoreTests : ObjectStoreContract
{
    // Requests for one name at the same time may take each other's luck.
    private const int Attempts = 100;

    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(
        new RetryingStore(new FlakyStore(new MemoryObjectStore()), new RetryPolicy { Attempts = Attempts, FirstPause = TimeSpan.Zero }, static _ => { }));
}

public sealed class ThrottledMemoryStoreTests : ObjectStoreContract
{
    protected override ValueTask<IObjectStore> OpenAsync() =>
        ValueTask.FromResult<IObjectStore>(new ThrottlingStore(new MemoryObjectStore(), new UploadLimit(1L << 40, TimeProvider.System)));
}

public sealed class ThrottledDirectoryStoreTests : ObjectStoreContract
{
    private readonly TemporaryDirectory _directory = new();

    protected override int ListedObjects => 20;

    protected override ValueTask<IObjectStore> OpenAsync() =>
        ValueTask.FromResult<IObjectStore>(new ThrottlingStore(DirectoryObjectStore.Open(_directory.Path), new UploadLimit(1L << 40, TimeProvider.System)));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>The store that other tests have fail is like others until it does.</summary>
public sealed class FaultyStoreTests : ObjectStoreContract
{
    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(new FaultyStore(new MemoryObjectStore()));
}

/// <summary>A store without an exclusive create keeps all other promises.</summary>
public sealed class PoorStoreTests : ObjectStoreContract
{
    protected override ValueTask<IObjectStore> OpenAsync() =>
        ValueTask.FromResult<IObjectStore>(new MemoryObjectStore { Capabilities = new StoreCapabilities { DurableOnReturn = true } });
}

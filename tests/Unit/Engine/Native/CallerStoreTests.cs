using System.Collections.Concurrent;
using Rekkord.Engine.Native;
using Rekkord.Engine.Native.Messages;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.Storage;

namespace Rekkord.Engine.Tests.Native;

/// <summary>A store whose every call crosses to another side as it does from the library.</summary>
internal sealed class CrossedStore : IAsyncDisposable
{
    private readonly BlockingCollection<byte[]> _messages = [];
    private readonly StoreServer _server;
    private readonly Task _attending;
    private readonly IObjectStore _store;

    public CrossedStore(IObjectStore store)
    {
        _store = store;
        Near = new CallerStore(new StoreMessage(store.Location, [], null, StoreState.Of(store)), Post);
        _server = new StoreServer(store, Near.Answer);
        _attending = Task.Factory.StartNew(Attend, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public CallerStore Near { get; }

    public async ValueTask DisposeAsync()
    {
        _messages.CompleteAdding();
        await _attending;
        _server.Dispose();
        _store.Dispose();
        _messages.Dispose();
    }

    private void Post(Action<MessageWriter> write)
    {
        var writer = new MessageWriter();
        write(writer);
        _messages.Add(writer.ToArray());
    }

    private void Attend()
    {
        foreach (var message in _messages.GetConsumingEnumerable())
            _server.Serve(new MessageReader(message));
    }
}

/// <summary>A store that takes objects as a whole keeps all its promises to the library.</summary>
public sealed class CrossedMemoryStoreTests : ObjectStoreContract
{
    private CrossedStore? _crossed;

    protected override ValueTask<IObjectStore> OpenAsync()
    {
        _crossed = new CrossedStore(new MemoryObjectStore());
        return ValueTask.FromResult<IObjectStore>(_crossed.Near);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _crossed!.DisposeAsync();
    }
}

/// <summary>And so does one that takes them as they grow.</summary>
public sealed class CrossedDirectoryStoreTests : ObjectStoreContract
{
    private readonly TemporaryDirectory _directory = new();
    private CrossedStore? _crossed;

    protected override ValueTask<IObjectStore> OpenAsync()
    {
        _crossed = new CrossedStore(DirectoryObjectStore.Open(_directory.Path));
        return ValueTask.FromResult<IObjectStore>(_crossed.Near);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _crossed!.DisposeAsync();
        _directory.Dispose();
    }
}

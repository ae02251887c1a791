using System.Collections.Concurrent;
using Rekkord.Engine.Native;

namespace Rekkord.Engine.Tests.Native;

/// <summary>The library's side in this runtime: all messages cross as they do to a native library, without one having to be built.</summary>
internal sealed class LoopbackLibrary : IEngineLibrary
{
    private readonly ConcurrentDictionary<nint, HostedOperation> _operations = new();
    private int _last;

    /// <summary>The keys that were given last, as they stand now.</summary>
    public byte[] Keys { get; private set; } = [];

    /// <summary>Operations that nobody let go of.</summary>
    public int Running => _operations.Count;

    public nint Start(byte[] request, byte[] keys)
    {
        Keys = keys;
        var operation = Interlocked.Increment(ref _last);
        _operations[operation] = HostedOperation.Start(request, keys);
        return operation;
    }

    public byte[] Take(nint operation) => _operations[operation].Take();

    public byte[] Progress(nint operation) => _operations[operation].Progress;

    public void Answer(nint operation, byte[] answer) => _operations[operation].Answer(answer);

    public void Cancel(nint operation) => _operations[operation].Cancel();

    public void Release(nint operation)
    {
        Assert.True(_operations.TryRemove(operation, out var released));
        released.Dispose();
    }
}

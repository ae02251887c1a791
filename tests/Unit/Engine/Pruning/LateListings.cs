using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>A store whose listings are late: each shows what there was some time ago.</summary>
internal sealed class LateListings(IObjectStore store, ManualClock clock, TimeSpan lateness) : ObjectStoreDecorator(store, ownsStore: false)
{
    private readonly ConcurrentDictionary<string, (ObjectInfo Info, DateTimeOffset Time)> _deleted = new(StringComparer.Ordinal);

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var then = clock.Now - lateness;
        await foreach (var found in Inner.ListAsync(folder, cancellation))
        {
            if (found.ModifiedTime <= then)
                yield return found;
        }

        foreach (var (info, _) in _deleted.Values.Where(one => one.Info.Name.StartsWith(folder, StringComparison.Ordinal) && one.Info.ModifiedTime <= then && one.Time > then))
            yield return info;
    }

    public override async ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        var found = await Inner.FindAsync(name, cancellation);
        await Inner.DeleteAsync(name, cancellation);
        _deleted[name] = (found!, clock.Now);
    }
}

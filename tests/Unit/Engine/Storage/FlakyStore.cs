using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>
/// A store over a bad line: every other request for a thing fails, for a reason that passes. Before it was done, or (what changes something) after it, when
/// only the answer is lost. A listing and a stream break off in the middle.
/// </summary>
internal sealed class FlakyStore(IObjectStore store) : ObjectStoreDecorator(store)
{
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _listed = new(StringComparer.Ordinal);

    public override ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => FailBefore("place", () => Inner.IsInPlaceAsync(cancellation));

    public override ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation) => FailBefore($"find {name}", () => Inner.FindAsync(name, cancellation));

    public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) =>
        FailBefore($"read {name}", () => Inner.ReadAsync(name, maximumLength, cancellation));

    public override async ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
    {
        await Inner.ReadAsync(name, ranges, cancellation);
        ThrowEveryOther($"ranges {name}");
    }

    public override async ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation) =>
        new Reader(this, name, await FailBefore($"open {name}", () => Inner.OpenReadAsync(name, offset, cancellation)));

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var found in Inner.ListAsync(folder, cancellation))
        {
            if (_listed.TryAdd($"{folder} {found.Name}", true))
                throw Failure(folder);
            yield return found;
        }
    }

    public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        var made = await Inner.PutAsync(name, content, mode, cancellation);
        ThrowEveryOther($"put {name}");
        return made;
    }

    public override async ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        await Inner.DeleteAsync(name, cancellation);
        ThrowEveryOther($"delete {name}");
    }

    public static StorageException Failure(string what) => new("RepositoryReadError", RekkordErrorKind.ReadError, $"The line broke: {what}.", what) { IsTransient = true };

    private ValueTask<T> FailBefore<T>(string call, Func<ValueTask<T>> request)
    {
        ThrowEveryOther(call);
        return request();
    }

    private void ThrowEveryOther(string call)
    {
        if (_calls.AddOrUpdate(call, 1, static (_, count) => count + 1) % 2 == 1)
            throw Failure(call);
    }

    private sealed class Reader(FlakyStore owner, string name, Stream stream) : ObjectStream
    {
        private int _reads;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++_reads > 1)
                owner.ThrowEveryOther($"stream {name}");
            return await stream.ReadAsync(buffer, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}

using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Retrying;

/// <summary>
/// Repeats what failed for a reason that may pass (<see cref="StorageException.IsTransient"/>), and nothing else. A listing or a stream that broke off goes on where
/// it was.
/// </summary>
/// <remarks>
/// A request whose answer was lost may have been done. So a repeated put that finds the object looks whether it is the one that it put, and
/// a repeated deletion that finds nothing has deleted. A put is repeated with the same bytes under the same name, so there is never a second object.
/// </remarks>
/// <param name="store">The store behind; is closed with this one.</param>
/// <param name="policy">When to repeat.</param>
/// <param name="note">Told of each repetition, from any thread.</param>
public sealed class RetryingStore(IObjectStore store, RetryPolicy policy, Action<string> note) : ObjectStoreDecorator(store)
{
    // What is larger has a name that is made from its content.
    private const int ComparedLength = 1024 * 1024;

    /// <inheritdoc/>
    public override ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => RepeatAsync(_ => Inner.IsInPlaceAsync(cancellation), cancellation);

    /// <inheritdoc/>
    public override ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation) => RepeatAsync(_ => Inner.FindAsync(name, cancellation), cancellation);

    /// <inheritdoc/>
    public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) =>
        RepeatAsync(_ => Inner.ReadAsync(name, maximumLength, cancellation), cancellation);

    /// <inheritdoc/>
    public override ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation) =>
        RepeatAsync(_ => Inner.ReadAsync(name, ranges, cancellation), cancellation);

    /// <inheritdoc/>
    public override async ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation)
    {
        var reader = new Reader(this, name, offset);
        await reader.OpenAsync(cancellation).ConfigureAwait(false);
        return reader;
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation) =>
        RepeatAsync(() => Inner.ListAsync(folder, cancellation), static found => found.Name, cancellation);

    /// <inheritdoc/>
    public override ValueTask ListAheadAsync(IReadOnlyCollection<string> folders, CancellationToken cancellation) =>
        RepeatAsync(_ => Inner.ListAheadAsync(folders, cancellation), cancellation);

    /// <inheritdoc/>
    public override IAsyncEnumerable<string> ListDeletedAsync(CancellationToken cancellation) =>
        RepeatAsync(() => Inner.ListDeletedAsync(cancellation), static name => name, cancellation);

    /// <inheritdoc/>
    public override ValueTask BringBackAsync(string name, CancellationToken cancellation) => RepeatAsync(_ => Inner.BringBackAsync(name, cancellation), cancellation);

    /// <inheritdoc/>
    public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        var wasRepeated = false;
        var made = await RepeatAsync(
            attempt =>
            {
                wasRepeated = attempt > 1;
                return Inner.PutAsync(name, content, mode, cancellation);
            },
            cancellation).ConfigureAwait(false);
        return made || (wasRepeated && await IsStoredAsync(name, content, cancellation).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(string name, CancellationToken cancellation) => RepeatAsync(
        async attempt =>
        {
            try
            {
                await Inner.DeleteAsync(name, cancellation).ConfigureAwait(false);
            }
            catch (StorageException error) when (attempt > 1 && error.Kind == RekkordErrorKind.NotFound)
            {
                // An attempt before has deleted it, and its answer was lost.
                return;
            }
        },
        cancellation);

    /// <inheritdoc/>
    public override ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        RepeatAsync(_ => Inner.MakeDurableAsync(names, cancellation), cancellation);

    /// <inheritdoc/>
    public override ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation) =>
        RepeatAsync(_ => Inner.RetainAsync(name, until, cancellation), cancellation);

    /// <inheritdoc/>
    public override ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation) =>
        RepeatAsync(_ => Inner.RemoveLeftoversAsync(before, cancellation), cancellation);

    private async ValueTask<bool> IsStoredAsync(string name, ObjectContent content, CancellationToken cancellation)
    {
        if (content.Length > ComparedLength)
            return true;
        try
        {
            var stored = await ReadAsync(name, (int)content.Length, cancellation).ConfigureAwait(false);
            return content.Bytes.ToArray().AsSpan().SequenceEqual(stored);
        }
        catch (StorageException error) when (error.ErrorId == StorageException.TooLargeId)
        {
            return false;
        }
    }

    private async IAsyncEnumerable<T> RepeatAsync<T>(Func<IAsyncEnumerable<T>> list, Func<T, string> nameOf, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        for (var attempt = 1; ; attempt++)
        {
            StorageException broken;
            await using var entries = list().GetAsyncEnumerator(cancellation);
            while (true)
            {
                try
                {
                    if (!await entries.MoveNextAsync().ConfigureAwait(false))
                        yield break;
                }
                catch (StorageException error) when (MayRepeat(error, attempt))
                {
                    broken = error;
                    break;
                }

                if (!given.Add(nameOf(entries.Current)))
                    continue;
                attempt = 1;
                yield return entries.Current;
            }

            await PauseAsync(broken, attempt, cancellation).ConfigureAwait(false);
        }
    }

    private ValueTask RepeatAsync(Func<int, ValueTask> request, CancellationToken cancellation)
    {
        return new ValueTask(RepeatAsync(DoAsync, cancellation).AsTask());

        async ValueTask<bool> DoAsync(int attempt)
        {
            await request(attempt).ConfigureAwait(false);
            return true;
        }
    }

    private async ValueTask<T> RepeatAsync<T>(Func<int, ValueTask<T>> request, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await request(attempt).ConfigureAwait(false);
            }
            catch (StorageException error) when (MayRepeat(error, attempt))
            {
                await PauseAsync(error, attempt, cancellation).ConfigureAwait(false);
            }
        }
    }

    private bool MayRepeat(StorageException error, int attempt) => error.IsTransient && attempt < policy.Attempts;

    private async Task PauseAsync(StorageException error, int attempt, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var pause = policy.PauseAfter(attempt);
        note(string.Create(CultureInfo.InvariantCulture, $"{error.Message} Trying again in {pause.TotalSeconds:0.0} s (attempt {attempt + 1} of {policy.Attempts})."));
        await Task.Delay(pause, policy.Time, cancellation).ConfigureAwait(false);
    }

    /// <summary>An object that is read on from where it was when its connection broke.</summary>
    private sealed class Reader(RetryingStore owner, string name, long position) : ObjectStream
    {
        private Stream? _stream;

        public async ValueTask OpenAsync(CancellationToken cancellation) => _stream = await owner.RepeatAsync(
            _ => owner.Inner.OpenReadAsync(name, position, cancellation), cancellation).ConfigureAwait(false);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => owner.RepeatAsync(
            async attempt =>
            {
                _stream ??= await owner.Inner.OpenReadAsync(name, position, cancellationToken).ConfigureAwait(false);
                try
                {
                    var read = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                    position += read;
                    return read;
                }
                catch (StorageException error) when (error.IsTransient)
                {
                    await _stream.DisposeAsync().ConfigureAwait(false);
                    _stream = null;
                    throw;
                }
            },
            cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _stream?.Dispose();
            base.Dispose(disposing);
        }
    }
}

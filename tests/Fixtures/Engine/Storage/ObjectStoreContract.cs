using System.Globalization;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>
/// What every store does. A kind of store inherits these and says how one is opened; where it keeps another promise beside, it tests that
/// itself.
/// </summary>
public abstract class ObjectStoreContract : IAsyncLifetime
{
    private const int PackLength = 20 * 1024 * 1024;

    private static readonly byte[] Content = "some content"u8.ToArray();

    private IObjectStore? _store;

    /// <summary>The store, which has no objects in the beginning.</summary>
    protected IObjectStore Store => _store ?? throw new InvalidOperationException("The store is not open.");

    /// <summary>How many objects a listing is tried with: more than a page of it, where there are pages.</summary>
    protected virtual int ListedObjects => 1_050;

    /// <summary>Opens a store without objects.</summary>
    protected abstract ValueTask<IObjectStore> OpenAsync();

    public virtual async Task InitializeAsync() => _store = await OpenAsync();

    public virtual Task DisposeAsync()
    {
        _store?.Dispose();
        return Task.CompletedTask;
    }

    [InheritedFact]
    public async Task What_was_put_is_found_and_read_as_it_was()
    {
        Assert.True(await PutAsync("packs/ab/object", Content));

        var found = await Store.FindAsync("packs/ab/object", default);
        Assert.Equal(("packs/ab/object", Content.Length), (found!.Name, found.Size));
        Assert.Null(found.Obstacle);
        Assert.InRange(found.ModifiedTime, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal(Content, await Store.ReadAsync("packs/ab/object", Content.Length, default));
        Assert.Equal(Content, await ReadStreamAsync("packs/ab/object", 0));
    }

    [InheritedFact]
    public async Task What_was_written_in_parts_is_read_as_a_whole()
    {
        using (var writer = await Store.CreateAsync(default))
        {
            await writer.WriteAsync(Content.AsMemory(0, 5), default);
            await writer.WriteAsync(ReadOnlyMemory<byte>.Empty, default);
            await writer.WriteAsync(Content.AsMemory(5), default);
            Assert.True(await writer.CommitAsync("packs/ab/object", default));
        }

        Assert.Equal(Content, await Store.ReadAsync("packs/ab/object", 100, default));
    }

    [InheritedFact]
    public async Task An_empty_object_is_an_object()
    {
        await PutAsync("tags/empty", []);
        using (var writer = await Store.CreateAsync(default))
            Assert.True(await writer.CommitAsync("tags/written", default));

        Assert.Equal(0, (await Store.FindAsync("tags/empty", default))!.Size);
        Assert.Empty(await Store.ReadAsync("tags/empty", 0, default));
        Assert.Empty(await ReadStreamAsync("tags/written", 0));
    }

    [InheritedFact]
    public async Task An_object_as_large_as_a_pack_is_read_as_it_was_written()
    {
        var bytes = TestRepository.RandomBytes(1, PackLength);
        using (var writer = await Store.CreateAsync(default))
        {
            for (var offset = 0; offset < bytes.Length; offset += 3_000_000)
                await writer.WriteAsync(bytes.AsMemory(offset, Math.Min(3_000_000, bytes.Length - offset)), default);
            Assert.True(await writer.CommitAsync("packs/ab/large", default));
        }

        var end = new byte[5_000];
        await Store.ReadAsync("packs/ab/large", [new ObjectRange(PackLength - end.Length, end)], default);
        var whole = await ReadStreamAsync("packs/ab/large", 0);
        Assert.True(bytes.AsSpan().SequenceEqual(whole), "It came out otherwise.");
        Assert.True(bytes.AsSpan(^end.Length..).SequenceEqual(end), "Its end came out otherwise.");
    }

    [InheritedFact]
    public async Task An_object_that_is_not_committed_is_never_there()
    {
        using (var writer = await Store.CreateAsync(default))
        {
            await writer.WriteAsync(Content, default);
            Assert.Empty(await ListAsync(""));
        }

        Assert.Empty(await ListAsync(""));
        Assert.Equal(0, await Store.RemoveLeftoversAsync(DateTimeOffset.MaxValue, default));
    }

    [InheritedFact]
    public async Task An_object_that_exists_is_kept()
    {
        await PutAsync("tags/one", Content);

        Assert.False(await PutAsync("tags/one", "other"u8.ToArray()));
        using (var writer = await Store.CreateAsync(default))
        {
            await writer.WriteAsync("other"u8.ToArray(), default);
            Assert.False(await writer.CommitAsync("tags/one", default));
        }

        Assert.Equal(Content, await Store.ReadAsync("tags/one", 100, default));
    }

    [InheritedFact]
    public async Task An_object_is_replaced_only_where_that_is_asked_for()
    {
        await PutAsync("revoked/one", Content);
        var before = await Store.FindAsync("revoked/one", default);

        Assert.True(await PutAsync("revoked/one", "another one"u8.ToArray(), PutMode.Replace));
        Assert.True(await PutAsync("revoked/new", Content, PutMode.Replace));

        Assert.Equal("another one"u8.ToArray(), await Store.ReadAsync("revoked/one", 100, default));
        Assert.Equal(Content, await Store.ReadAsync("revoked/new", 100, default));
        var after = await Store.FindAsync("revoked/one", default);
        Assert.True(after!.Identity is null || after.Identity != before!.Identity, "The one that replaced it is taken for it.");
        Assert.Equal(2, (await ListAsync("")).Count);
    }

    [InheritedFact]
    public async Task Of_several_that_put_one_name_at_the_same_time_one_makes_the_object()
    {
        const int rounds = 5, writers = 8;
        for (var round = 0; round < rounds; round++)
        {
            var name = $"index/{round}";
            var made = await Task.WhenAll(Enumerable.Range(0, writers).Select(number => Task.Run(async () => await PutAsync(name, [(byte)number]))));

            var winners = Enumerable.Range(0, writers).Where(number => made[number]).ToArray();
            var stored = Assert.Single(await Store.ReadAsync(name, 1, default));
            Assert.Contains(stored, winners);
            if (Store.Capabilities.ExclusiveCreate)
                Assert.Single(winners);
        }

        Assert.Equal(rounds, (await ListAsync("")).Count);
    }

    [InheritedFact]
    public async Task Parts_are_read_from_where_they_are()
    {
        var bytes = TestRepository.RandomBytes(2, 300_000);
        await PutAsync("packs/ab/parts", bytes);
        (int Offset, int Length)[] parts = [(0, 1), (1, 99), (100, 1_000), (1_500, 10), (250_000, 49_999), (299_999, 1)];
        var ranges = parts.Select(part => new ObjectRange(part.Offset, new byte[part.Length])).ToArray();

        await Store.ReadAsync("packs/ab/parts", ranges, default);

        Assert.All(ranges, range => Assert.Equal(bytes[(int)range.Offset..(int)range.End], range.Buffer.ToArray()));
    }

    [InheritedFact]
    public async Task A_stream_begins_where_it_is_asked_to()
    {
        await PutAsync("object", Content);

        Assert.Equal("content"u8.ToArray(), await ReadStreamAsync("object", 5));
        Assert.Empty(await ReadStreamAsync("object", Content.Length));
    }

    [InheritedFact]
    public async Task A_part_beyond_the_end_is_an_error_and_not_zeros()
    {
        await PutAsync("object", Content);

        foreach (var (offset, length) in ((int, int)[])[(10, 4), (12, 1), (1_000, 1)])
        {
            Assert.Equal("ObjectTruncated", (await FailAsync(() => Store.ReadAsync("object", [new ObjectRange(0, new byte[2]), new ObjectRange(offset, new byte[length])], default))).ErrorId);
        }
    }

    [InheritedFact]
    public async Task An_object_larger_than_allowed_is_refused()
    {
        await PutAsync("object", Content);

        Assert.Equal("ObjectTooLarge", (await FailAsync(() => Store.ReadAsync("object", Content.Length - 1, default).AsVoid())).ErrorId);
    }

    [InheritedFact]
    public async Task A_missing_object_is_told_by_name_and_is_no_reason_to_try_again()
    {
        List<StorageException> errors =
        [
            await FailAsync(() => Store.ReadAsync("tags/none", 100, default).AsVoid()),
            await FailAsync(() => Store.ReadAsync("tags/none", [new ObjectRange(0, new byte[1])], default)),
            await FailAsync(() => ReadStreamAsync("tags/none", 0).AsVoid()),
            await FailAsync(() => Store.DeleteAsync("tags/none", default)),
        ];
        if (!Store.Capabilities.DurableOnReturn)
            errors.Add(await FailAsync(() => Store.MakeDurableAsync(["tags/none"], default)));
        if (Store.Capabilities.Retention)
            errors.Add(await FailAsync(() => Store.RetainAsync("tags/none", DateTimeOffset.UtcNow.AddMinutes(1), default)));

        Assert.Null(await Store.FindAsync("tags/none", default));
        Assert.All(errors, error => Assert.Equal(("ObjectNotFound", RekkordErrorKind.NotFound, false), (error.ErrorId, error.Kind, error.IsTransient)));
        Assert.All(errors, error => Assert.Contains("tags/none", error.Message, StringComparison.Ordinal));
    }

    [InheritedFact]
    public async Task A_listing_has_the_objects_of_a_folder_with_their_sizes()
    {
        foreach (var name in new[] { "packs/b/2", "packs/a/1", "packs/b/10", "packsize", "tags/x" })
            await PutAsync(name, Content);
        await PutAsync("packs/empty", []);

        Assert.Equal([("packs/a/1", 12), ("packs/b/10", 12), ("packs/b/2", 12), ("packs/empty", 0)], (await ListAsync("packs/")).Select(found => (found.Name, found.Size)));
        Assert.Equal(6, (await ListAsync("")).Count);
        Assert.Empty(await ListAsync("index/"));
        Assert.All(await ListAsync(""), found => Assert.Null(found.Obstacle));
    }

    [InheritedFact]
    public async Task A_listing_of_more_than_a_page_is_whole_and_has_each_object_once()
    {
        var names = Enumerable.Range(0, ListedObjects).Select(number => string.Create(CultureInfo.InvariantCulture, $"packs/{number % 7:x2}/{number:x8}")).ToArray();
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, _) => await PutAsync(name, [1]));

        foreach (var beside in new[] { "catalogue/one", "index/one", "rekkord", "removed/one", "tags/one" })
            await PutAsync(beside, [1]);

        Assert.Equal(names.Order(StringComparer.Ordinal), (await ListAsync("packs/")).Select(found => found.Name));
        await Store.ListAheadAsync(["index/", "packs/", "revoked/"], default);
        Assert.Equal(["index/one"], (await ListAsync("index/")).Select(found => found.Name));
        Assert.Equal(names.Order(StringComparer.Ordinal), (await ListAsync("packs/")).Select(found => found.Name));
        Assert.Empty(await ListAsync("revoked/"));
        Assert.Equal(["removed/one"], (await ListAsync("removed/")).Select(found => found.Name));
    }

    [InheritedFact]
    public async Task What_is_listed_ahead_is_given_once()
    {
        await PutAsync("tags/one", [1]);
        await Store.ListAheadAsync(["snapshots/", "tags/"], default);
        Assert.Equal(["tags/one"], (await ListAsync("tags/")).Select(found => found.Name));
        await PutAsync("tags/two", [1]);
        await PutAsync("snapshots/two", [1]);

        Assert.Equal(["tags/one", "tags/two"], (await ListAsync("tags/")).Select(found => found.Name));
        await Store.ListAheadAsync(["revoked/", "snapshots/"], default);
        Assert.Equal(["snapshots/two"], (await ListAsync("snapshots/")).Select(found => found.Name));
    }

    [InheritedFact]
    public async Task A_deleted_object_is_gone_and_its_name_free()
    {
        await PutAsync("tags/one", Content);
        await PutAsync("tags/two", Content);

        await Store.DeleteAsync("tags/one", default);

        Assert.Null(await Store.FindAsync("tags/one", default));
        Assert.Equal(["tags/two"], (await ListAsync("")).Select(found => found.Name));
        Assert.True(await PutAsync("tags/one", "again"u8.ToArray()));
        Assert.Equal("again"u8.ToArray(), await Store.ReadAsync("tags/one", 100, default));
    }

    [InheritedFact]
    public async Task What_is_set_aside_in_one_step_is_under_its_new_name_only_and_otherwise_nothing_is_done()
    {
        await PutAsync("tags/old", Content);
        await PutAsync("damaged/new", "other"u8.ToArray());

        var isDone = await Store.TrySetAsideAsync("tags/old", "damaged/new", default);

        Assert.Equal(isDone ? ["damaged/new"] : new[] { "damaged/new", "tags/old" }, (await ListAsync("")).Select(found => found.Name));
        Assert.Equal(isDone ? Content : "other"u8.ToArray(), await Store.ReadAsync("damaged/new", 100, default));
        if (isDone)
            Assert.Equal("ObjectNotFound", (await FailAsync(() => Store.TrySetAsideAsync("tags/old", "damaged/new", default).AsVoid())).ErrorId);
    }

    [InheritedFact]
    public async Task Objects_of_others_can_be_made_durable()
    {
        await PutAsync("packs/ab/one", Content);
        await PutAsync("snapshots/two", Content);

        await Store.MakeDurableAsync(["packs/ab/one", "snapshots/two"], default);
        await Store.MakeDurableAsync([], default);

        Assert.Equal(2, (await ListAsync("")).Count);
    }

    [InheritedFact]
    public async Task What_keeps_objects_says_so_and_what_does_not_refuses()
    {
        await PutAsync("packs/ab/one", Content);
        var until = DateTimeOffset.UtcNow.AddMinutes(5);

        if (Store.Capabilities.Retention)
        {
            await Store.RetainAsync("packs/ab/one", until, default);
            await Store.RetainAsync("packs/ab/one", until.AddMinutes(-1), default);
        }
        else
        {
            Assert.Equal("RetentionUnsupported", (await FailAsync(() => Store.RetainAsync("packs/ab/one", until, default))).ErrorId);
        }

        Assert.Equal(Content, await Store.ReadAsync("packs/ab/one", 100, default));
    }

    [InheritedFact]
    public async Task Many_calls_at_once_are_each_right()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (number, _) =>
        {
            var bytes = TestRepository.RandomBytes(number, 10_000 + number);
            var part = new byte[100];
            Assert.True(await PutAsync($"packs/{number}/object", bytes));
            await Store.ReadAsync($"packs/{number}/object", [new ObjectRange(5_000, part)], default);
            Assert.Equal(bytes[5_000..5_100], part);
            Assert.Equal(bytes, await Store.ReadAsync($"packs/{number}/object", 20_000, default));
            Assert.Equal(bytes.Length, (await Store.FindAsync($"packs/{number}/object", default))!.Size);
        });
    }

    [InheritedFact]
    public async Task A_call_that_is_cancelled_ends_so_and_does_nothing()
    {
        await PutAsync("object", Content);
        using var stop = new CancellationTokenSource();
        using var stream = await Store.OpenReadAsync("object", 0, default);
        using var writer = await Store.CreateAsync(default);
        await stop.CancelAsync();

        await CancelledAsync(() => Store.FindAsync("object", stop.Token).AsVoid());
        await CancelledAsync(() => Store.ReadAsync("object", 100, stop.Token).AsVoid());
        await CancelledAsync(() => Store.ReadAsync("object", [new ObjectRange(0, new byte[1])], stop.Token));
        await CancelledAsync(() => Store.OpenReadAsync("object", 0, stop.Token).AsVoid());
        await CancelledAsync(() => Store.PutAsync("new", ObjectContent.From(Content), PutMode.Create, stop.Token).AsVoid());
        await CancelledAsync(() => Store.DeleteAsync("object", stop.Token));
        await CancelledAsync(async () =>
        {
            await writer.WriteAsync(Content, stop.Token);
            await writer.CommitAsync("new", stop.Token);
        });
        await CancelledAsync(async () =>
        {
            await foreach (var found in Store.ListAsync("", stop.Token))
                Assert.Null(found);
        });

        Assert.Equal(["object"], (await ListAsync("")).Select(found => found.Name));
    }

    [InheritedFact]
    public async Task It_is_in_its_place_and_has_a_name_for_people()
    {
        Assert.True(await Store.IsInPlaceAsync(default));
        Assert.NotEqual("", Store.Location);
        Assert.InRange(Store.Capabilities.Connections, 1, 1_000);
    }

    /// <summary>Puts an object.</summary>
    protected ValueTask<bool> PutAsync(string name, byte[] content, PutMode mode = PutMode.Create) =>
        Store.PutAsync(name, ObjectContent.From(content), mode, CancellationToken.None);

    /// <summary>Lists objects in name order.</summary>
    protected async Task<IReadOnlyList<ObjectInfo>> ListAsync(string folder)
    {
        var found = new List<ObjectInfo>();
        await foreach (var info in Store.ListAsync(folder, CancellationToken.None))
            found.Add(info);
        return [.. found.OrderBy(info => info.Name, StringComparer.Ordinal)];
    }

    /// <summary>Has a call fail as stores do.</summary>
    protected static async Task<StorageException> FailAsync(Func<ValueTask> call) => await Assert.ThrowsAsync<StorageException>(async () => await call());

    private static async Task CancelledAsync(Func<ValueTask> call) => await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call());

    private async ValueTask<byte[]> ReadStreamAsync(string name, long offset)
    {
        using var stream = await Store.OpenReadAsync(name, offset, default);
        using var copy = new MemoryStream();
        var buffer = new byte[70_000];
        while (await stream.ReadAsync(buffer) is var read and > 0)
            copy.Write(buffer, 0, read);
        return copy.ToArray();
    }
}

internal static class ValueTaskExtensions
{
    /// <summary>The same call, of which nobody wants the result.</summary>
    public static async ValueTask AsVoid<T>(this ValueTask<T> call) => await call;
}

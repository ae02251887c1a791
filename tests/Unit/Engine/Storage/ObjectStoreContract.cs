using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>What every store does; each kind of store runs these.</summary>
public abstract class ObjectStoreContract : IDisposable
{
    private static readonly byte[] Content = "some content"u8.ToArray();

    protected abstract IObjectStore Store { get; }

    public virtual void Dispose()
    {
        Store.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_committed_object_is_read_as_it_was_written()
    {
        using (var writer = Store.Create())
        {
            writer.Write("some "u8);
            writer.Write([]);
            writer.Write("content"u8);
            Assert.True(writer.Commit("packs/ab/object"));
        }

        Assert.True(Store.Exists("packs/ab/object"));
        Assert.Equal(Content, Store.Read("packs/ab/object", Content.Length));
        using var stream = Store.OpenRead("packs/ab/object");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.Equal(Content, copy.ToArray());
    }

    [Fact]
    public void An_object_that_is_not_committed_is_never_there()
    {
        using (var writer = Store.Create())
        {
            writer.Write(Content);
            Assert.Empty(Store.List(""));
        }

        Assert.Empty(Store.List(""));
        Assert.Equal(0, Store.RemoveLeftovers(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void An_object_that_exists_is_kept()
    {
        Put("tags/one", Content);

        using (var writer = Store.Create())
        {
            writer.Write("other"u8);
            Assert.False(writer.Commit("tags/one"));
        }

        Assert.Equal(Content, Store.Read("tags/one", 100));
    }

    [Fact]
    public void Of_writers_at_the_same_time_one_makes_the_object()
    {
        var made = 0;
        Parallel.For(0, 16, _ =>
        {
            using var writer = Store.Create();
            writer.Write(Content);
            if (writer.Commit("index/same"))
                Interlocked.Increment(ref made);
        });

        Assert.Equal(1, made);
        Assert.Equal(Content, Store.Read("index/same", 100));
        Assert.Single(Store.List(""));
    }

    [Fact]
    public void A_part_is_read_from_where_it_is()
    {
        Put("object", Content);
        var buffer = new byte[4];

        Store.Read("object", 5, buffer);

        Assert.Equal("cont"u8.ToArray(), buffer);
    }

    [Fact]
    public void A_part_beyond_the_end_is_an_error_and_not_zeros()
    {
        Put("object", Content);

        var error = Assert.Throws<StorageException>(() => Store.Read("object", 10, new byte[4]));

        Assert.Equal("ObjectTruncated", error.ErrorId);
    }

    [Fact]
    public void An_object_larger_than_allowed_is_refused()
    {
        Put("object", Content);

        Assert.Equal("ObjectTooLarge", Assert.Throws<StorageException>(() => Store.Read("object", Content.Length - 1)).ErrorId);
    }

    [Fact]
    public void A_missing_object_is_told_by_name()
    {
        StorageException[] errors =
        [
            Assert.Throws<StorageException>(() => Store.Read("tags/none", 100)),
            Assert.Throws<StorageException>(() => Store.Read("tags/none", 0, new byte[1])),
            Assert.Throws<StorageException>(() => Store.OpenRead("tags/none").Dispose()),
            Assert.Throws<StorageException>(() => Store.Move("tags/none", "tags/other")),
        ];

        Assert.False(Store.Exists("tags/none"));
        Assert.All(errors, error => Assert.Equal("ObjectNotFound", error.ErrorId));
        Assert.All(errors, error => Assert.Contains("tags/none", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_listing_has_the_objects_of_a_folder_in_name_order_with_their_sizes()
    {
        foreach (var name in new[] { "packs/b/2", "packs/a/1", "packs/b/10", "packsize", "tags/x" })
            Put(name, Content);
        Put("packs/empty", []);

        Assert.Equal(["packs/a/1", "packs/b/10", "packs/b/2", "packs/empty"], Store.List("packs/").Select(found => found.Name));
        Assert.Equal([12, 12, 12, 0], Store.List("packs/").Select(found => found.Size));
        Assert.Equal(6, Store.List("").Count());
        Assert.Empty(Store.List("index/"));
    }

    [Fact]
    public void A_moved_object_is_under_its_new_name_only_and_replaces_what_was_there()
    {
        Put("tags/old", Content);
        Put("damaged/new", "other"u8.ToArray());

        Store.Move("tags/old", "damaged/new");

        Assert.False(Store.Exists("tags/old"));
        Assert.Equal(Content, Store.Read("damaged/new", 100));
    }

    protected void Put(string name, byte[] content)
    {
        using var writer = Store.Create();
        writer.Write(content);
        Assert.True(writer.Commit(name));
    }
}

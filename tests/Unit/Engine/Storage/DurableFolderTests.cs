using Rekkord.Engine.Platform;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests.Reliability;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>What leads to an object is as durable as the object.</summary>
public sealed class DurableFolderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordedStorageFiles _files = new();

    private string Root => _directory["store"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_folder_that_another_process_made_is_made_durable_before_an_object_in_it_is_stored()
    {
        Directory.CreateDirectory(Path.Combine(Root, "packs", "ab"));

        Commit(DirectoryObjectStore.Open(Root, _files), "packs/ab/one");

        Assert.Equal([Root, Path.Combine(Root, "packs"), Path.Combine(Root, "packs", "ab")], Flushed());
    }

    [Fact]
    public void A_folder_that_this_store_made_durable_is_not_flushed_from_above_again()
    {
        var store = DirectoryObjectStore.CreateOrOpen(Root);
        Commit(store, "packs/ab/one");
        store = DirectoryObjectStore.Open(Root, _files);
        Commit(store, "packs/ab/two");
        var first = Flushed().Length;

        Commit(store, "packs/ab/three");

        Assert.Equal([Path.Combine(Root, "packs", "ab")], Flushed()[first..]);
    }

    [Fact]
    public void The_directories_made_for_a_new_repository_are_durable()
    {
        var root = Path.Combine(Root, "of", "mine") + Path.DirectorySeparatorChar;

        Commit(DirectoryObjectStore.CreateOrOpen(root, _files), "rekkord");

        Assert.Equal([_directory.Path, Root, Path.Combine(Root, "of"), Path.Combine(Root, "of", "mine")], Flushed());
    }

    [Fact]
    public void A_folder_that_was_removed_meanwhile_is_made_again()
    {
        var store = DirectoryObjectStore.CreateOrOpen(Root, _files);
        Commit(store, "packs/ab/one");
        Directory.Delete(Path.Combine(Root, "packs"), recursive: true);

        Commit(store, "packs/ab/one");

        Assert.True(store.Exists("packs/ab/one"));
    }

    [Theory]
    [InlineData(2, true)] // ENOENT, from SMB
    [InlineData(13, true)] // EACCES
    [InlineData(22, true)] // EINVAL
    [InlineData(5, false)] // EIO
    [InlineData(28, false)] // ENOSPC
    public void Only_an_error_that_says_that_a_directory_cannot_be_flushed_at_all_is_passed_over(int error, bool passed) =>
        Assert.Equal(passed, DurableDirectory.CannotBeFlushed(error));

    private static void Commit(DirectoryObjectStore store, string name)
    {
        using var writer = store.Create();
        writer.Write([1]);
        Assert.True(writer.Commit(name));
    }

    private string[] Flushed() =>
        [.. _files.Steps.Where(step => step.Kind == StorageStepKind.FlushDirectory).Select(step => Path.GetFullPath(step.Path))];
}

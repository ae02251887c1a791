using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Tests.Browsing;

public sealed class RepositoryViewTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly object _reader = new();
    private readonly List<RekkordException> _failed = [];

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_snapshot_is_one_tree_from_its_root_to_what_was_saved()
    {
        _repository.Write("a/one", "1"u8);
        _repository.Write("b/two", "22"u8);
        _repository.Save(Path.Combine(_repository.Source, "a"), Path.Combine(_repository.Source, "b"));
        using var view = Open();

        var source = Find(view, _repository.Source)!;
        Assert.Equal(_repository.Source, source.Item.Path);
        Assert.Equal(["a", "b"], Names(view, source));
        Assert.Equal(["two"], Names(view, Find(view, $"{_repository.Source}/b")!));
        Assert.Equal($"{_repository.Source}/b/two", Find(view, $"{_repository.Source}/b/two")!.Item.Path);
        Assert.Null(Find(view, $"{_repository.Source}/c"));
        Assert.Null(Find(view, $"{_repository.Source}/b/two/below"));
        Assert.Empty(_failed);
    }

    [Fact]
    public void Every_entry_of_a_directory_of_many_pages_is_listed_and_found()
    {
        string[] names = [.. Enumerable.Range(0, 3000).Select(number => $"{number:0000}-{new string('n', 200)}")];
        foreach (var name in names)
            _repository.Write(name, "x"u8);
        _repository.Save();
        using var view = Open();

        var source = Find(view, _repository.Source)!;
        Assert.Equal(names, Names(view, source));
        Assert.All(names, name => Assert.Equal(name, source.Find(FileName.FromText(name))!.Item.Name));
    }

    [Fact]
    public void Content_is_read_as_it_was_saved_with_its_holes()
    {
        var content = new byte[3_000_000];
        new Random(7).NextBytes(content.AsSpan(0, 500_000));
        new Random(8).NextBytes(content.AsSpan(2_500_000));
        _repository.Write("file", content);
        using (var sparse = File.Create(Path.Combine(_repository.Source, "sparse")))
        {
            sparse.Write(content.AsSpan(0, 500_000));
            sparse.Position = 2_500_000;
            sparse.Write(content.AsSpan(2_500_000));
        }

        _repository.Save();
        using var view = Open();

        foreach (var name in new[] { "file", "sparse" })
        {
            using var stream = view.OpenContent(Find(view, $"{_repository.Source}/{name}")!);
            using var read = new MemoryStream();
            stream.CopyTo(read, 70_001);
            Assert.True(content.AsSpan().SequenceEqual(read.ToArray()));
        }
    }

    [Fact]
    public void A_snapshot_that_was_made_since_is_found_while_another_is_being_listed()
    {
        _repository.Write("old", "x"u8);
        _repository.Save();
        using var view = Open();
        view.BeginUse();
        var source = Find(view, _repository.Source)!;
        using var listing = view.List(source, _reader, _failed.Add).GetEnumerator();
        _repository.Write("new", "y"u8);
        _repository.Save();
        view.Refresh();

        Assert.Equal(["new", "old"], Names(view, Find(view, _repository.Source)!));
        Assert.True(listing.MoveNext());
        Assert.Equal("old", listing.Current.Item.Name);
        Assert.False(listing.MoveNext());
        view.EndUse();
    }

    [Fact]
    public void What_is_interrupted_ends_and_the_view_can_be_used_afterwards()
    {
        _repository.Write("file", "x"u8);
        _repository.Save();
        using var view = Open();

        Assert.Throws<OperationCanceledException>(() => view.Read(_reader, () =>
        {
            view.Interrupt(new object());
            _ = view.Snapshots;
            view.Refresh();
            view.Interrupt(_reader);
            return view.Snapshots;
        }));

        Assert.Equal(["file"], Names(view, Find(view, _repository.Source)!));
    }

    [Fact]
    public void A_view_that_was_closed_has_wiped_its_keys_and_reads_nothing()
    {
        _repository.Save();
        var repository = _repository.Open();
        var view = new RepositoryView(repository);
        view.Dispose();

        Assert.Throws<ObjectDisposedException>(() => repository.Keys.DataPrivateKey);
        Assert.Equal("DriveRemoved", Assert.Throws<RekkordException>(() => view.Read(_reader, () => 0)).ErrorId);
    }

    private RepositoryView Open() => new(_repository.Open());

    private SnapshotNode? Find(RepositoryView view, string path) => view.Read(_reader, () =>
    {
        SnapshotNode? found = view.Open(view.FindNewest("test"));
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = found?.Find(FileName.FromText(name));
        return found;
    });

    private string[] Names(RepositoryView view, SnapshotNode directory) => [.. view.List(directory, _reader, _failed.Add).Select(node => node.Item.Name)];
}

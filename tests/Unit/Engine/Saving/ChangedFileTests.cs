using System.IO.Hashing;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>A large file that is saved again after a change, and is then followed where it was cut before.</summary>
public sealed class ChangedFileTests : IDisposable
{
    private const string Name = "image";

    private readonly TestRepository _repository = new();
    private readonly byte[] _content = TestRepository.RandomBytes(3, 20_000_000);

    public ChangedFileTests()
    {
        _repository.Write(Name, _content);
        _repository.Save();
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void What_was_changed_inside_chunks_costs_these_chunks_and_nothing_beside_them()
    {
        var before = Cached().Chunks;
        var changed = ChangeInside(before);

        Save();

        Assert.Equal(changed, Cached().Chunks.Except(before).Sum(chunk => chunk.Length));
        AssertRestored();
    }

    [Fact]
    public void A_chunk_that_has_become_another_is_cut_anew_between_its_ends()
    {
        const int length = 1024 * 1024;
        var content = new byte[30 * length];
        _repository.Write(Name, content);
        Save();
        var zeros = Cached().Chunks;
        TestRepository.RandomBytes(8, 28 * length).CopyTo(content, length);
        _repository.Write(Name, content);

        Save();

        var chunks = Cached().Chunks;
        Assert.Equal(30, zeros.Count);
        Assert.Equal(zeros[0], chunks[0]);
        Assert.Equal(zeros[^1], chunks[^1]);
        Assert.InRange(chunks.Count, 150, 600);
        Assert.All(chunks, chunk => Assert.InRange(chunk.Length, 16 * 1024, length));
        var ends = new HashSet<int>();
        for (var (i, end) = (0, 0); i < chunks.Count; i++)
            ends.Add(end += chunks[i].Length);
        Assert.All(Enumerable.Range(1, 30), i => Assert.Contains(i * length, ends));
    }

    [Fact]
    public void A_save_that_ignores_the_cache_cuts_as_if_the_file_were_new()
    {
        ChangeInside(Cached().Chunks);
        Save(ignoreCache: true);
        var again = Cached().Chunks;
        _repository.Write("other", _content);
        Directory.Delete(_repository.CacheDirectory, recursive: true);

        Save();

        Assert.Equal(again, Cached("other").Chunks);
        AssertRestored();
    }

    [Fact]
    public void Changes_of_every_kind_over_and_over_are_restored_as_they_were()
    {
        var content = _content.ToList();
        for (var i = 1; i <= 5; i++)
        {
            content.InsertRange(i * 1_000_000, TestRepository.RandomBytes(i, 100_000 * i));
            content.RemoveRange(i * 3_000_000, 50_000 * i);
            content.AddRange(TestRepository.RandomBytes(10 + i, 70_000));
            var overwritten = content.ToArray();
            TestRepository.RandomBytes(20 + i, 200_000).CopyTo(overwritten, 2_000_000 * i);
            content = [.. overwritten];
            _repository.Write(Name, overwritten);

            var saved = Save();

            Assert.InRange(saved.Snapshot.Summary.AddedSize, 1, 3_000_000);
            Assert.All(Cached().Chunks.SkipLast(1), chunk => Assert.InRange(chunk.Length, 16 * 1024, 1024 * 1024));
            AssertRestored();
        }
    }

    [Fact]
    public void Content_that_is_as_it_was_is_stored_again_when_the_repository_has_lost_it()
    {
        foreach (var pack in _repository.Objects("packs"))
            File.Delete(pack);

        var healed = Save();

        Assert.InRange(healed.Snapshot.Summary.AddedSize, _content.Length, _content.Length * 1.01);
        Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));
    }

    [Fact]
    public void A_file_that_may_have_changed_unseen_is_read_again_though_its_cuts_are_known()
    {
        // A status counts as settled two seconds after the change.
        Assert.Equal(StatusHash.None, Cached().Status);

        var saved = Save();

        Assert.Equal(0, saved.UnchangedFiles);
        Assert.InRange(saved.Snapshot.Summary.AddedSize, 0, 1000);
        AssertRestored();
    }

    [Fact]
    public void A_large_file_that_has_not_changed_is_not_read_in_one_save_after_another_and_stored_again_when_the_repository_has_lost_it()
    {
        var files = new ChangingFileSystem { Keeper = ChangeTimeKeeper.Kernel };
        Save(files);
        for (var i = 0; i < 3; i++)
            Assert.Equal((1L, 0L), (Save(files).UnchangedFiles, Save(files).Snapshot.Summary.AddedSize));
        Assert.InRange(Cached().Chunks.Count, 257, 1000);

        foreach (var pack in _repository.Objects("packs"))
            File.Delete(pack);

        Assert.Equal(0, Save(files).UnchangedFiles);
        Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));
    }

    /// <summary>Overwrites every fourth chunk, except the end that shows where it may be cut.</summary>
    /// <returns>How many bytes these chunks have.</returns>
    private long ChangeInside(IReadOnlyList<ChunkReference> chunks)
    {
        var changed = 0L;
        for (var (i, start) = (0, 0); i < chunks.Count - 1; start += chunks[i++].Length)
        {
            if (i % 4 != 1)
                continue;
            TestRepository.RandomBytes(i, chunks[i].Length - 64).CopyTo(_content, start);
            changed += chunks[i].Length;
        }

        Assert.True(changed > 3_000_000, "Too little was changed to show anything.");
        _repository.Write(Name, _content);
        return changed;
    }

    private SaveResult Save(bool ignoreCache = false) => _repository.Save(new SaveRequest
    {
        Channel = "test",
        Paths = [FileName.FromText(_repository.Source)],
        CacheDirectory = _repository.CacheDirectory,
        IgnoreCache = ignoreCache,
    });

    private SaveResult Save(ChangingFileSystem files)
    {
        using var repository = _repository.Open();
        var request = new SaveRequest { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };
        return new SaveOperation(repository, request, _repository) { Files = files }.Run(CancellationToken.None);
    }

    /// <summary>What the local cache has of a file.</summary>
    private (Hash128 Status, IReadOnlyList<ChunkReference> Chunks) Cached(string name = Name)
    {
        using var repository = _repository.Open();
        var source = FileName.FromText(_repository.Source);
        using var cache = FileCache.Open(CacheLocation.ForPaths(repository.Id, _repository.CacheDirectory, [source]), repository.Keys);
        var directory = DirectoryNode.HashPath(Hash128.Compute(source), FileName.FromText(Path.GetFileName(_repository.Source)));
        var entry = cache.OpenDirectory(directory).Find(FileName.FromText(name))!;
        EarlierChunks earlier = entry.ListedChunks > 0
            ? cache.OpenChunks(DirectoryNode.HashContent(directory, FileName.FromText(name)), entry.ListedChunks)
            : EarlierChunks.Of(entry.References);
        var chunks = new List<ChunkReference>();
        for (var i = 0L; i < earlier.Count; i++)
            chunks.Add(ChunkReference.Decode(earlier[i]));
        return (entry.StatusHash, chunks);
    }

    private void AssertRestored()
    {
        Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));
        Assert.Empty(_repository.Scan().Problems);
    }
}

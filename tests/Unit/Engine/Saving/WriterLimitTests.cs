using Rekkord.Engine.Browsing;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Trees;
using Rekkord.Engine.Workers;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>What a save accepts can be listed, scanned and restored, however much it is; what is beyond is reported and costs nothing else.</summary>
public sealed class WriterLimitTests : IDisposable
{
    private const long Tebi = 1L << 40;

    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void The_limits_of_writers_keep_within_those_of_readers()
    {
        Assert.True(ExtendedAttribute.LargestTotal < FormatLimits.Entry);
        Assert.True(FormatLimits.Entry + (1024 * 1024) < FormatLimits.Segment);
        Assert.True(FormatLimits.Entry <= FormatLimits.RootEntries);
        Assert.True((2L * FormatLimits.SavedPaths) + FormatLimits.RootEntries < FormatLimits.Record);
    }

    [Fact]
    public void Directories_as_deep_as_can_be_are_saved_listed_scanned_and_restored_wherever_they_are()
    {
        MakeDirectories(FormatLimits.TreeDepth - 1);

        var result = _repository.Save();

        Assert.False(result.IsPartial);
        Assert.Equal(0, _repository.Restore(new() { Snapshot = "test", Destination = _repository.Destination }).ErrorCount);
        Assert.Empty(_repository.Scan().Problems);
        using var repository = _repository.Open();
        using var browser = new SnapshotBrowser(repository);
        var listed = browser.Open("test", _ => { }, CancellationToken.None).List(new ListRequest { Depth = int.MaxValue }, error => Assert.Fail(error.Message), CancellationToken.None);
        Assert.Equal(FormatLimits.TreeDepth + 1, listed.Count());
    }

    [RequiresTimeFact]
    public void A_directory_that_is_deeper_is_reported_and_all_above_it_is_sound()
    {
        MakeDirectories(FormatLimits.TreeDepth);

        Assert.Equal("SourceTooDeep", Assert.Single(_repository.Save().Errors).ErrorId);
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void More_paths_than_a_record_can_name_are_refused_at_once()
    {
        var named = new NamedPaths();
        for (var i = 0; i < 3000; i++)
            named.Add(FileName.FromText($"/{i}/{new string('x', 4000)}"), isMatch: false);
        RootSet.Validate(named);
        for (var i = 3000; i < 4000; i++)
            named.Add(FileName.FromText($"/{i}/{new string('x', 4000)}"), isMatch: false);

        var error = Assert.Throws<RekkordException>(() => RootSet.Validate(named));

        Assert.Equal(("TooManyPaths", RekkordErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
    }

    [Fact]
    public void Many_paths_with_long_names_are_saved_and_restored()
    {
        var content = "content"u8.ToArray();
        var directory = Path.GetDirectoryName(_repository.Write($"{new string('d', 200)}/{new string('e', 200)}/0", content))!;
        var paths = Enumerable.Range(0, 500).Select(i => Path.Combine(directory, $"{i}")).ToArray();
        foreach (var path in paths)
            File.WriteAllBytes(path, content);

        Assert.False(_repository.Save(paths).IsPartial);

        Assert.Equal(500, _repository.Restore(new() { Snapshot = "test", Destination = _repository.Destination }).Files);
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void A_saved_path_that_a_record_has_no_room_for_is_reported_and_the_others_are_saved()
    {
        var paths = Enumerable.Range(0, 12).Select(i => _repository.Write($"{i}", "content"u8)).ToArray();
        var attribute = new ExtendedAttribute("user.large"u8.ToArray(), new byte[ExtendedAttribute.LargestTotal - 1000]);
        using (var repository = _repository.Open())
        {
            var request = new SaveRequest { Channel = "test", Paths = [.. paths.Select(FileName.FromText)], CacheDirectory = _repository.CacheDirectory };
            var files = new ChangingFileSystem { Attributes = _ => [attribute] };
            var result = new SaveOperation(repository, request, _repository) { Files = files }.Run(CancellationToken.None);

            Assert.Equal(3, result.Errors.Count);
            Assert.All(result.Errors, error => Assert.Equal("RecordFull", error.ErrorId));
        }

        Assert.Equal(9, _repository.Restore(new() { Snapshot = "test", Destination = _repository.Destination }).Files);
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void Huge_files_in_one_directory_are_saved_in_little_memory_and_read_again()
    {
        // The chunks of nearly all files are shorter; in the long mode these are, too.
        var chunk = new ChunkReference(NoBoundary(), TestLength.IsLong ? 64 * 1024 : 1024 * 1024);
        long[] sizes = [4 * Tebi, Tebi, Tebi, Tebi, Tebi];
        using var repository = _repository.Open();
        using var save = new SaveUnderWay(repository, _repository);

        var allocated = Mutations.Allocated(() => save.Directory(sizes.Length, (item, i) => Feed(save.Context, item, chunk, sizes[i] / chunk.Length, sizes[i])));

        Assert.InRange(allocated, 0, 48 * 1024 * 1024);
        var entries = save.Read();
        Assert.Equal(sizes, entries.Select(entry => entry.Size));
        Assert.All(entries, entry => Assert.Equal(entry.Size / chunk.Length, save.CountChunks(entry)));
        Assert.Equal(sizes[0] / chunk.Length, save.Cached("0").ListedChunks);
    }

    [Fact]
    public void A_file_that_an_entry_cannot_describe_is_reported_and_costs_no_other()
    {
        using var repository = _repository.Open();
        using var save = new SaveUnderWay(repository, _repository);
        const long lists = (FormatLimits.Entry / Oid.Length) + 1000;

        // Each of these ends a list.
        save.Directory(3, (item, i) => Feed(save.Context, item, new ChunkReference(default, 1), i == 1 ? lists : 1000, i == 1 ? lists : 1000));

        var entries = save.Read();
        Assert.Equal([EntryFlags.None, EntryFlags.Unreadable, EntryFlags.None], entries.Select(entry => entry.Flags));
        Assert.Equal("EntryTooLarge", Assert.Single(save.Context.Errors.Kept).ErrorId);
        Assert.Equal(1000, save.CountChunks(entries[2]));
    }

    /// <summary>Gives a file chunks as workers would: some out of their order.</summary>
    private static void Feed(SaveContext context, FileItem item, ChunkReference chunk, long count, long size)
    {
        var file = new LargeFile(context, item);
        var work = Enumerable.Repeat(chunk, 4096).ToArray();
        for (var left = count; left > 0;)
        {
            var (first, second) = (file.Reserve(), file.Reserve());
            var later = left > 4096 ? (int)Math.Min(4096, left - 4096) : 0;
            file.Complete(second, later == work.Length ? work : work[..later]);
            file.Complete(first, left >= 4096 ? work : work[..(int)left]);
            left -= later + Math.Min(4096, left);
        }

        var metadata = new FileMetadata { Kind = FileKind.File, ModifiedTime = default };
        file.Close(new TreeEntry { Name = item.EntryName, Metadata = metadata, Size = size }, new(0, 7));
    }

    private static Oid NoBoundary()
    {
        var oid = new byte[Oid.Length];
        oid[7] = 1;
        return new Oid(oid);
    }

    private void MakeDirectories(int count)
    {
        var directory = MachineFileSystem.Current.CreateDestination(FileName.FromText(_repository.Source));
        for (var i = 0; i < count; i++)
        {
            using var parent = directory;
            directory = parent.CreateDirectory([(byte)'d']);
        }

        using (directory)
            directory.CreateFile("leaf"u8.ToArray()).Dispose();
    }

    /// <summary>A save whose files are only told of.</summary>
    private sealed class SaveUnderWay : IEntryReceiver, IDisposable
    {
        private static readonly Hash128 Key = new(0, 5);

        private readonly RepositoryAccess _repository;
        private readonly WriteSession _sink;
        private readonly FileCacheWriter _cacheWriter;
        private readonly string _cachePath;
        private readonly SharedDirectory _source;
        private readonly WorkerThreads _threads = new("save", CancellationToken.None);
        private byte[]? _directory;

        public SaveUnderWay(RepositoryAccess repository, TestRepository test)
        {
            _repository = repository;
            _cachePath = Path.Combine(test.CacheDirectory, "files.cache");
            _source = new SharedDirectory(MachineFileSystem.Current.OpenDirectory(FileName.FromText(test.Source)));
            _sink = new WriteSession(repository, new OidSet(), new IndexWriter(repository), [], compressionLevel: 1, default);
            _cacheWriter = new FileCacheWriter(_cachePath, repository.Keys);
            var request = new SaveRequest { Channel = "test", Paths = [] };
            Context = new SaveContext(repository, request, _sink, FileCache.Empty, _cacheWriter, new PatternSet([]), TimeProvider.System, test, _threads);
        }

        public SaveContext Context { get; }

        public void Complete(int slot, EncodedEntry entry) => _directory = entry.Bytes;

        /// <summary>Saves a directory of files.</summary>
        public void Directory(int count, Action<FileItem, int> save)
        {
            var metadata = new FileMetadata { Kind = FileKind.Directory, ModifiedTime = default };
            var node = new DirectoryNode(Context, this, 0, "d"u8.ToArray(), Key, _source, default, metadata);
            node.Begin(count);
            for (var i = 0; i < count; i++)
            {
                var name = FileName.FromText($"{i}");
                save(new FileItem(name, name, node, i, false, _source, false, Key, Rekkord.Engine.Chunking.EarlierChunks.None), i);
            }
        }

        /// <summary>The directory's entries, read from the repository.</summary>
        public IReadOnlyList<TreeEntry> Read()
        {
            _sink.Finish();
            _cacheWriter.Commit(files: 1, size: 2);
            using var blobs = Blobs();
            return [.. TreeEntryDecoder.DecodeEntry(_directory).ChunkReferences.SelectMany(page => TreeReader.ReadPage(blobs, page))];
        }

        public long CountChunks(TreeEntry entry)
        {
            using var blobs = Blobs();
            return TreeReader.ReadChunks(blobs, entry).LongCount();
        }

        public CachedEntry Cached(string name)
        {
            using var cache = FileCache.Open(_cachePath, _repository.Keys);
            return cache.OpenDirectory(Key).Find(FileName.FromText(name))!;
        }

        public void Dispose()
        {
            Context.Dispose();
            _threads.Dispose();
            _cacheWriter.Dispose();
            _sink.Dispose();
            _source.RemoveUser();
        }

        private BlobReader Blobs()
        {
            var index = new BlobIndex();
            IndexLoader.ForReading(_repository, error => throw error).Load(index.Add, CancellationToken.None);
            return new BlobReader(_repository, index, default);
        }
    }
}

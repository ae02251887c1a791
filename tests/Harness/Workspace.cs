using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Reliability.Harness;

/// <summary>A repository, what was ever saved to it, and the questions that are asked of it after each round.</summary>
internal sealed class Workspace : ISaveObserver, IRestoreObserver, IDisposable
{
    private readonly Dictionary<string, SortedDictionary<string, string>> _saved = new(StringComparer.Ordinal);
    private bool _keep;

    public Workspace(HarnessOptions options)
    {
        Options = options;
        Random = new Random(options.Seed);
        Directory = System.IO.Directory.CreateDirectory(Path.Combine(options.Directory, $"rekkord-harness-{Guid.NewGuid():n}")).FullName;
        CreateRepository();
    }

    public HarnessOptions Options { get; }

    public Random Random { get; }

    public string Directory { get; }

    public string Repository => Path.Combine(Directory, "repository");

    public string Destination => Path.Combine(Directory, "destination");

    /// <summary>The snapshots that are known to have been made, in the order in which they were.</summary>
    public List<string> Snapshots { get; } = [];

    /// <summary>The parameters that a command needs to find the repository.</summary>
    public string RepositoryParameters => $"-Repository '{Repository}' -KeyFile '{KeyFilePath}'";

    private string KeyFilePath => Path.Combine(Directory, "master.key");

    // The same as a child's, so that what a killed process left there is met too.
    private string CacheDirectory => Path.Combine(Directory, "xdg-cache", "rekkord");

    public ChangingSource CreateSource(string name) =>
        new(System.IO.Directory.CreateDirectory(Path.Combine(Directory, name)).FullName, Random);

    public PowerShellChild StartChild() => new(Directory);

    /// <summary>Remembers a snapshot and what it must restore.</summary>
    public void Remember(string snapshot, ChangingSource source)
    {
        Snapshots.Add(snapshot);
        _saved[snapshot] = TreeListing.Of(source.Path);
    }

    /// <summary>Saves in this process.</summary>
    public SaveResult Save(string channel, ChangingSource source)
    {
        using var repository = Open();
        var request = new SaveRequest { Channel = channel, Paths = [FileName.FromText(source.Path)], CacheDirectory = CacheDirectory };
        var result = new SaveOperation(repository, request, this).Run(CancellationToken.None);
        Require(!result.IsPartial, "A save was partial.");
        Remember(result.Snapshot.Id.ToString(), source);
        return result;
    }

    /// <summary>The snapshots that a listing shows; every known one must be among them.</summary>
    public IReadOnlyList<Snapshot> List()
    {
        using var repository = Open();
        var listed = new SnapshotStore(repository).List(error => throw new PromiseBrokenException($"A tag is damaged: {error.Message}"), CancellationToken.None);
        var ids = listed.Select(snapshot => snapshot.Id.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var lost in Snapshots.Where(snapshot => !ids.Contains(snapshot)))
            throw new PromiseBrokenException($"The snapshot {lost} is listed no more.");
        return listed;
    }

    /// <summary>Removes snapshots, which need not restore any more.</summary>
    public void Remove(IReadOnlyCollection<string> snapshots)
    {
        using var repository = Open();
        var removal = new RemovalOperation(repository, static error => throw new PromiseBrokenException(error.Message));
        var found = removal.Find(snapshot => snapshots.Contains(snapshot.Id.ToString()), removed: false, CancellationToken.None);
        Require(removal.Remove(found, force: true, CancellationToken.None).Count == snapshots.Count, "Not all snapshots could be removed.");
        Snapshots.RemoveAll(snapshots.Contains);
    }

    /// <summary>Makes all that is condemned older than it must be before it is deleted.</summary>
    public void AgeCondemned(int days = 8)
    {
        foreach (var record in FindCondemned())
            File.SetLastWriteTimeUtc(record, DateTime.UtcNow.AddDays(-days));
    }

    /// <summary>Makes all packs old enough to be merged, if they are small.</summary>
    public void AgePacks()
    {
        foreach (var pack in System.IO.Directory.GetFiles(Path.Combine(Repository, "packs"), "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(pack, DateTime.UtcNow.AddDays(-8));
    }

    /// <summary>Prunes in this process.</summary>
    /// <returns>How many packs were deleted.</returns>
    public int Prune()
    {
        using var repository = Open();
        var operation = new PruneOperation(repository, new PruneRequest { CacheDirectory = CacheDirectory }, Warn);
        operation.Plan(CancellationToken.None);
        var result = operation.Run(CancellationToken.None);
        Require(result is { IsDone: true, RefusedObjects: 0 }, "A prune did not finish.");
        return result.DeletedPacks;
    }

    /// <summary>Nothing is dead that could be deleted, nothing waits, and no record is left.</summary>
    public void RequireNothingToPrune()
    {
        using var repository = Open();
        var plan = new PruneOperation(repository, new PruneRequest { CacheDirectory = CacheDirectory }, Warn).Plan(CancellationToken.None);
        Require(plan is { DeletedPacks: 0, CondemnedPacks: 0, WaitingPacks: 0 }, $"Prunes left something to do: {plan}.");
        Require(FindCondemned().Length == 0, "Prunes left records of what they are done with.");
    }

    /// <summary>Scans; nothing may be wrong.</summary>
    /// <param name="full">Whether everything is read, or only what no scan has read before.</param>
    /// <param name="untagged">How many snapshots may lack a tag, because their save was killed just then.</param>
    public ScanResult Scan(bool full, int untagged = 0)
    {
        using var repository = Open();
        var request = new ScanRequest { Full = true, MaximumAge = full ? null : TimeSpan.FromDays(1), CacheDirectory = CacheDirectory };
        var result = new ScanOperation(repository, request, static _ => { }).Run(CancellationToken.None);
        foreach (var problem in result.Problems.Where(problem => problem.Kind != ProblemKind.TagMissing || untagged-- <= 0))
            throw new PromiseBrokenException($"A scan found {problem.Kind}: {problem.Message}");
        return result;
    }

    /// <summary>Makes the tag of a snapshot whose save was killed before it.</summary>
    public void Repair()
    {
        using var repository = Open();
        new ScanOperation(repository, new ScanRequest { Repair = true, CacheDirectory = CacheDirectory }, static _ => { }).Run(CancellationToken.None);
    }

    /// <summary>Restores a snapshot and compares everything with what was saved.</summary>
    public void RestoreAndCompare(string snapshot, ChangingSource source)
    {
        DeleteDestination();
        Restore(snapshot, source);
        Compare(snapshot);
    }

    /// <summary>Restores into the destination, whatever is there.</summary>
    public void Restore(string snapshot, ChangingSource source)
    {
        using var repository = Open();
        var request = new RestoreRequest { Snapshot = snapshot, Path = source.Path, Destination = Destination, Force = true };
        var result = new RestoreOperation(repository, request, this).Run(CancellationToken.None);
        Require(result.ErrorCount == 0, $"The snapshot {snapshot} is not restored whole.");
    }

    /// <summary>Compares the destination with what was saved.</summary>
    public void Compare(string snapshot)
    {
        var restored = TreeListing.Of(Destination);
        var differences = _saved[snapshot].Except(restored).Concat(restored.Except(_saved[snapshot])).Take(3).ToArray();
        Require(differences.Length == 0, $"The snapshot {snapshot} is restored differently from what was saved: {string.Join("; ", differences)}");
    }

    /// <summary>Files of a destination that a killed restore left have the content that was saved, or a temporary name.</summary>
    public void RequireContentOf(string snapshot, SortedDictionary<string, string> restored)
    {
        foreach (var (name, line) in restored.Where(entry => entry.Value.StartsWith("File", StringComparison.Ordinal) && !IsTemporary(entry.Key)))
            Require(_saved[snapshot].GetValueOrDefault(name) == line, $"A killed restore left '{name}' as '{line}'.");
    }

    public void DeleteDestination()
    {
        if (System.IO.Directory.Exists(Destination))
            System.IO.Directory.Delete(Destination, recursive: true);
    }

    /// <summary>No blob is stored twice: what whole packs held was used again instead of being stored once more.</summary>
    public void RequireNothingStoredTwice()
    {
        using var repository = Open();
        var seen = new HashSet<Oid>();
        IndexLoader.ForScanning(repository, static error => throw new PromiseBrokenException(error.Message)).Load(
            pack =>
            {
                var reader = new TableOfContentsReader(pack.Contents.Span);
                while (reader.NextSegment(out _, out _))
                {
                    while (reader.NextBlob(out var blob))
                        Require(seen.Add(blob.Oid), $"The blob {blob.Oid} was stored again although the pack '{pack.Name}' or one before holds it.");
                }
            },
            CancellationToken.None);
    }

    /// <summary>Files that killed processes left in the repository and the cache.</summary>
    public IReadOnlyList<string> FindLeftovers() =>
        [.. new[] { Path.Combine(Repository, "tmp"), CacheDirectory }
            .Where(System.IO.Directory.Exists)
            .SelectMany(directory => System.IO.Directory.GetFiles(directory, "*", SearchOption.AllDirectories))
            .Where(path => path.EndsWith(".tmp", StringComparison.Ordinal) || path.StartsWith(Path.Combine(Repository, "tmp"), StringComparison.Ordinal))];

    /// <summary>Makes all leftovers old; the next save must remove them.</summary>
    public void RequireLeftoversAreRemoved(ChangingSource source)
    {
        foreach (var leftover in FindLeftovers())
            File.SetLastWriteTimeUtc(leftover, DateTime.UtcNow.AddDays(-2));
        Save("leftovers", source);
        foreach (var leftover in FindLeftovers())
            throw new PromiseBrokenException($"'{leftover}' is left although it is two days old.");
    }

    /// <summary>The names and sizes of everything in the repository.</summary>
    public IReadOnlyList<(string Name, long Size)> ListObjects() =>
        [.. new DirectoryInfo(Repository).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => (file.FullName, file.Length)).OrderBy(file => file.FullName, StringComparer.Ordinal)];

    /// <summary>Leaves everything where it is when the harness ends.</summary>
    public void Keep() => _keep = true;

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new PromiseBrokenException(otherwise);
    }

    public void EntryFailed(RekkordException error) => throw new PromiseBrokenException(error.Message);

    public void Warn(string message) => Console.WriteLine($"  warning: {message}");

    public void Detail(string message) => Console.WriteLine($"  detail: {message}");

    public void Dispose()
    {
        if (!_keep)
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    private RepositoryAccess Open() => RepositoryAccess.Open(DirectoryObjectStore.Open(Repository), KeyFile.Read(KeyFilePath));

    private string[] FindCondemned() =>
        System.IO.Directory.Exists(Path.Combine(Repository, "condemned")) ? System.IO.Directory.GetFiles(Path.Combine(Repository, "condemned")) : [];

    private static bool IsTemporary(string entry) =>
        FileName.ToDisplay(Convert.FromHexString(entry[(entry.LastIndexOf('/') + 1)..])).StartsWith(".rekkord-", StringComparison.Ordinal);

    /// <summary>Makes a repository of small packs, so that a save of a few megabytes has many steps to be killed in.</summary>
    private void CreateRepository()
    {
        using var keys = KeyMaterial.CreateMaster();
        KeyFile.Write(KeyFilePath, keys);
        var descriptor = Descriptor.Create(keys, new ChunkSizes(8192, 16384, 65536)) with { SegmentSize = 32 * 1024, PackSize = 128 * 1024 };
        using var store = DirectoryObjectStore.CreateOrOpen(Repository);
        using var writer = store.Create();
        writer.Write(descriptor.Encode(keys));
        writer.Commit(ObjectName.Descriptor);
    }
}

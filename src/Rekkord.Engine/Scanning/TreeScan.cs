using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Walks the trees of snapshots: every page must be readable, and everything it refers to must exist and be sound. A page
/// that was found sound once is not walked again for another snapshot.
/// </summary>
internal sealed class TreeScan
{
    private readonly BlobIndex _index;
    private readonly BlobReader _blobs;
    private readonly ProblemList _problems;
    private readonly IReadOnlyDictionary<Oid, (RepositoryProblem Problem, int Copies)> _damaged;
    private readonly IReadOnlyDictionary<Oid, RepositoryProblem> _lost;
    private readonly OidSet _sound = new();

    /// <summary>Creates a scan.</summary>
    /// <param name="index">Where blobs are.</param>
    /// <param name="blobs">Reads them.</param>
    /// <param name="problems">Takes what is found.</param>
    /// <param name="damaged">Blobs of which copies are known to be damaged, and how many.</param>
    /// <param name="lost">Blobs of packs that are gone.</param>
    public TreeScan(
        BlobIndex index, BlobReader blobs, ProblemList problems, IReadOnlyDictionary<Oid, (RepositoryProblem Problem, int Copies)> damaged, IReadOnlyDictionary<Oid, RepositoryProblem> lost)
    {
        _index = index;
        _blobs = blobs;
        _problems = problems;
        _damaged = damaged;
        _lost = lost;
    }

    /// <summary>Walks one snapshot.</summary>
    public void Walk(string snapshot, IReadOnlyList<SnapshotRoot> roots, CancellationToken cancellation)
    {
        foreach (var root in roots)
            Check(snapshot, root.Entry, FileName.ToDisplay(root.Path), 0, cancellation);
    }

    /// <returns>Whether everything below is sound.</returns>
    private bool Check(string snapshot, TreeEntry entry, string path, int depth, CancellationToken cancellation) =>
        entry.Kind == FileKind.Directory
            ? CheckDirectory(snapshot, entry, path, depth, cancellation)
            : CheckFile(snapshot, entry, path);

    private bool CheckDirectory(string snapshot, TreeEntry directory, string path, int depth, CancellationToken cancellation)
    {
        var sound = true;
        foreach (var page in directory.ChunkReferences)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_sound.Contains(page.Oid))
                continue;
            if (!CheckPage(snapshot, page, path, depth, cancellation))
                sound = false;
            else
                _sound.Add(page.Oid);
        }

        return sound;
    }

    private bool CheckPage(string snapshot, ChunkReference page, string path, int depth, CancellationToken cancellation)
    {
        if (!CheckBlob(snapshot, page.Oid, BlobType.Tree, path))
            return false;
        try
        {
            if (depth > FormatLimits.TreeDepth)
                throw new DamagedObjectException($"blob {page.Oid}", "it is nested deeper than any directory that is saved.");
            var sound = true;
            foreach (var entry in TreeReader.ReadPage(_blobs, page))
                sound &= Check(snapshot, entry, $"{path}/{FileName.ToDisplay(entry.Name)}", depth + 1, cancellation);
            return sound;
        }
        catch (RekkordException error)
        {
            _problems.Add(ProblemKind.PackDamaged, error.Target ?? $"blob {page.Oid}", error).AddPath(snapshot, path);
            return false;
        }
    }

    private bool CheckFile(string snapshot, TreeEntry file, string path)
    {
        var sound = true;
        foreach (var list in file.ChunkListOids)
            sound &= CheckBlob(snapshot, list, BlobType.ChunkList, path);
        if (!sound)
            return false;
        try
        {
            foreach (var chunk in TreeReader.ReadChunks(_blobs, file))
                sound &= CheckBlob(snapshot, chunk.Oid, BlobType.Data, path);
            return sound;
        }
        catch (RekkordException error)
        {
            _problems.Add(ProblemKind.PackDamaged, error.Target ?? path, error).AddPath(snapshot, path);
            return false;
        }
    }

    private bool CheckBlob(string snapshot, Oid oid, BlobType type, string path)
    {
        var isStored = _index.TryFind(oid, out var location);
        var copies = _index.FindFurther(oid);
        if (_damaged.TryGetValue(oid, out var damaged) && damaged.Copies > copies.Count)
        {
            damaged.Problem.AddPath(snapshot, path);
            return false;
        }

        if (isStored && (location.Type == type || copies.Any(copy => copy.Type == type)))
            return true;
        if (!isStored && _lost.TryGetValue(oid, out var problem))
        {
            problem.AddPath(snapshot, path);
            return false;
        }

        _problems.Add(
            ProblemKind.ContentMissing,
            $"blob {oid}",
            $"No pack holds the blob {oid}, which '{path}' needs. Put back a copy of the missing pack if there is one; otherwise save again what still exists.").AddPath(snapshot, path);
        return false;
    }
}

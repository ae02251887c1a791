using System.Runtime.InteropServices;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Walks the trees of snapshots: every page must be readable, what it says must be what a restore can make, and everything it refers to
/// must exist, be sound and have the length that its reference says. A page that was found sound once is not walked again for another
/// snapshot, and no page more than a hundred times for one.
/// </summary>
internal sealed class TreeScan
{
    private readonly BlobIndex _index;
    private readonly BlobReader _blobs;
    private readonly ProblemList _problems;
    private readonly IReadOnlyDictionary<Oid, (RepositoryProblem Problem, int Copies)> _damaged;
    private readonly IReadOnlyDictionary<Oid, RepositoryProblem> _lost;
    private readonly OidTable<SoundPage> _sound = new();

    // Of the directories that have several pages only: the pages of others have no neighbours.
    private readonly Dictionary<Oid, (byte[] First, byte[] Last)> _bounds = [];

    // How often a page in which, or below which, something is wrong was walked for the snapshot. Directories that each name the next one
    // twice lead to it along any number of ways.
    private readonly Dictionary<Oid, int> _unsound = [];
    private string _snapshot = "";

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
    public void Walk(Snapshot snapshot, IReadOnlyList<SnapshotRoot> roots, CancellationToken cancellation)
    {
        _snapshot = snapshot.Id.ToString();
        _unsound.Clear();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in roots)
        {
            var path = FileName.ToDisplay(root.Path);
            var names = SnapshotPath.Split(root.Path);
            if (!names.All(name => FileName.IsSafe(name)) || (names.Count == 0 && root.Entry.Kind != FileKind.Directory) || !seen.Add(Convert.ToHexString(root.Path)))
                AddInvalid(snapshot.ObjectName, path, $"The snapshot {_snapshot} has the saved path '{path}', which cannot be restored.");
            else if (names.Count == 0)
                CheckDirectory(root.Entry, path, 0, cancellation);
            else
                Check(root.Entry with { Name = names[^1] }, snapshot.ObjectName, path, 0, cancellation);
        }
    }

    /// <summary>Checks an entry and all that is below it.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="holder">The object that describes it.</param>
    /// <param name="path">Where it lies in the snapshot.</param>
    /// <param name="depth">How deep it lies below the saved path.</param>
    /// <param name="cancellation">Stops between pages.</param>
    /// <returns>How many directories are nested in it; null when something is wrong with it or below.</returns>
    private int? Check(TreeEntry entry, string holder, string path, int depth, CancellationToken cancellation)
    {
        if (!entry.IsRestorable)
        {
            AddInvalid(holder, path, $"The entry '{path}' has a name that no file can have, or is a link whose target no link can have. It cannot be restored.");
            return null;
        }

        if (entry.Kind == FileKind.Directory)
            return CheckDirectory(entry, path, depth, cancellation);
        return CheckFile(entry, holder, path) ? 0 : null;
    }

    private int? CheckDirectory(TreeEntry directory, string path, int depth, CancellationToken cancellation)
    {
        int? height = 0;
        byte[]? last = null;
        var hasNeighbours = directory.Chunks.Length > ChunkReference.EncodedLength;
        foreach (var page in directory.ChunkReferences)
        {
            cancellation.ThrowIfCancellationRequested();
            int? below = null;
            if (depth > FormatLimits.TreeDepth || (_sound.TryFind(page.Oid, out var known) && depth + known.Height > FormatLimits.TreeDepth))
                AddInvalid($"blob {page.Oid}", path, $"'{path}', or what is in it, is nested deeper than the limit of the format. It cannot be restored.");
            else if (known.Oid == page.Oid)
                below = known.Height;
            else if (_unsound.GetValueOrDefault(page.Oid) < RepositoryProblem.KeptPaths)
                below = CheckPage(page, path, depth, hasNeighbours, cancellation);
            if (below is { } sound)
                _sound.TryAdd(new SoundPage(page.Oid, sound));
            else
                CollectionsMarshal.GetValueRefOrAddDefault(_unsound, page.Oid, out _)++;
            if (below is not null && hasNeighbours && !IsInOrder(page, path, ref last))
                below = null;
            height = below is { } more && height is { } most ? Math.Max(more, most) : null;
        }

        return height;
    }

    private int? CheckPage(ChunkReference page, string path, int depth, bool hasNeighbours, CancellationToken cancellation)
    {
        if (!CheckBlob(page.Oid, BlobType.Tree, page.Length, path) || TryRead(page, path) is not { } entries)
            return null;
        if (hasNeighbours && entries.Count > 0)
            _bounds[page.Oid] = (entries[0].Name, entries[^1].Name);
        int? height = 0;
        byte[]? previous = null;
        foreach (var entry in entries)
        {
            if (previous is not null && previous.AsSpan().SequenceCompareTo(entry.Name) >= 0)
                height = AddDisorder(page, path);
            previous = entry.Name;
            var below = Check(entry, $"blob {page.Oid}", $"{path}/{FileName.ToDisplay(entry.Name)}", depth + 1, cancellation);
            height = below is { } more && height is { } most ? Math.Max(most, entry.Kind == FileKind.Directory ? more + 1 : 0) : null;
        }

        return height;
    }

    /// <summary>Whether the names of a page come after those of the pages before it in its directory.</summary>
    private bool IsInOrder(ChunkReference page, string path, ref byte[]? last)
    {
        if (!_bounds.TryGetValue(page.Oid, out var bounds))
        {
            if (TryRead(page, path) is not { Count: > 0 } entries)
                return true;
            _bounds[page.Oid] = bounds = (entries[0].Name, entries[^1].Name);
        }

        var isInOrder = last is null || last.AsSpan().SequenceCompareTo(bounds.First) < 0;
        last = bounds.Last;
        if (!isInOrder)
            AddDisorder(page, path);
        return isInOrder;
    }

    private IReadOnlyList<TreeEntry>? TryRead(ChunkReference page, string path)
    {
        try
        {
            return TreeReader.ReadPage(_blobs, page);
        }
        catch (RekkordException error)
        {
            AddUnread(error, $"blob {page.Oid}", path);
            return null;
        }
    }

    private bool CheckFile(TreeEntry file, string holder, string path)
    {
        // What could not be read is not restored, and the snapshot says so.
        if (file.Flags.HasFlag(EntryFlags.Unreadable))
            return true;
        var sound = true;
        foreach (var list in file.ChunkListOids)
            sound &= CheckBlob(list, BlobType.ChunkList, null, path);
        if (!sound)
            return false;
        try
        {
            foreach (var chunk in TreeReader.ReadChunks(_blobs, file))
                sound &= CheckBlob(chunk.Oid, BlobType.Data, chunk.Length, path);
            return sound;
        }
        catch (RekkordException error)
        {
            AddUnread(error, holder, path);
            return false;
        }
    }

    /// <summary>Checks that a blob is stored, sound as far as the scan has found out, and as long as is said of it.</summary>
    private bool CheckBlob(Oid oid, BlobType type, int? length, string path)
    {
        var isStored = _index.TryFind(oid, out var location);
        var copies = _index.FindFurther(oid);
        if (_damaged.TryGetValue(oid, out var damaged) && damaged.Copies > copies.Count)
        {
            damaged.Problem.AddPath(_snapshot, path);
            return false;
        }

        if (isStored && copies.Count == 0 && location.Type == type && (length is null || location.Length == length))
            return true;
        if (isStored)
            return CheckCopies(oid, type, length, [location, .. copies], path);
        if (_lost.TryGetValue(oid, out var problem))
        {
            problem.AddPath(_snapshot, path);
            return false;
        }

        _problems.Add(
            ProblemKind.ContentMissing,
            $"blob {oid}",
            $"No pack holds the blob {oid}, which '{path}' needs. Put back a copy of the missing pack if there is one. Otherwise save again what still exists.").AddPath(_snapshot, path);
        return false;
    }

    /// <summary>
    /// Finds out what is right where the packs that hold a blob, and what refers to it, do not agree. One with the right ID has one content,
    /// so what contradicts it was written so by somebody with a keyfile.
    /// </summary>
    private bool CheckCopies(Oid oid, BlobType type, int? length, List<BlobLocation> copies, string path)
    {
        if (copies.TrueForAll(copy => copy.Type == type && copy.Length == (length ?? copies[0].Length)))
            return true;
        if (copies.TrueForAll(copy => copy.Type == copies[0].Type && copy.Type != type) && IsReadable(copies[0].Type, oid))
        {
            AddInvalid($"blob {oid}", path, $"'{path}' uses the blob {oid} as a {type}, but it is a {copies[0].Type}. It cannot be restored.");
            return false;
        }

        try
        {
            using var blob = _blobs.Read(type, oid);
            var actual = blob.Bytes.Length;
            foreach (var pack in copies.Where(copy => copy.Type != type || copy.Length != actual).Select(copy => _index.Packs[_index.Segments[copy.Segment].Pack].Name))
                _problems.Add(ProblemKind.PackDamaged, pack, $"The pack '{pack}' is damaged: what it says about the blob {oid} is wrong. Run the scan with -Full and -Repair, then save again what still exists.");
            if (length is null || length == actual)
                return true;
            AddInvalid($"blob {oid}", path, $"'{path}' has a chunk of {length} bytes, but its blob {oid} has {actual}. It cannot be restored.");
            return false;
        }
        catch (RekkordException error)
        {
            AddUnread(error, $"blob {oid}", path);
            return false;
        }
    }

    private bool IsReadable(BlobType type, Oid oid)
    {
        try
        {
            _blobs.Read(type, oid).Dispose();
            return true;
        }
        catch (RekkordException)
        {
            return false;
        }
    }

    private int? AddDisorder(ChunkReference page, string path)
    {
        AddInvalid($"blob {page.Oid}", path, $"The entries of the directory '{path}' are not in the order of their names, or two have the same name. It can only be partly restored.");
        return null;
    }

    private void AddInvalid(string objectName, string path, string message) => _problems.Add(
        ProblemKind.ContentInvalid,
        objectName,
        $"{message} No save makes such a snapshot. Find out whose keyfile signed {_snapshot}, and revoke it if it was stolen. The rest of the snapshot can be restored.").AddPath(_snapshot, path);

    /// <summary>Adds what reading raised: damage of a pack, or content that is what was stored and yet nothing that a restore takes.</summary>
    private void AddUnread(RekkordException error, string holder, string path)
    {
        if (error.Kind == RekkordErrorKind.InvalidData && error.Target?.StartsWith(ObjectName.Packs, StringComparison.Ordinal) != true)
            AddInvalid(holder, path, $"'{path}' cannot be fully restored: {error.Message}");
        else
            _problems.Add(ProblemKind.PackDamaged, error.Target ?? holder, error).AddPath(_snapshot, path);
    }

    private readonly record struct SoundPage(Oid Oid, int Height) : IOidEntry;
}

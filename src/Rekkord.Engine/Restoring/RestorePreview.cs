using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>Finds what a restore would do, and does nothing of it. What would keep the restore from beginning is raised here too.</summary>
public sealed class RestorePreview
{
    private readonly RestoreRequest _request;
    private readonly BlobReader _blobs;
    private readonly CancellationToken _stop;
    private readonly RestoreSelection _selection;
    private readonly List<string> _replaced = [];
    private readonly List<RekkordException> _errors = [];
    private long _files;
    private long _size;
    private long _replacedCount;

    private RestorePreview(RestoreRequest request, BlobReader blobs, CancellationToken stop)
    {
        _request = request;
        _blobs = blobs;
        _stop = stop;
        _selection = new RestoreSelection(request);
    }

    /// <summary>Looks at everything that the restore was asked for.</summary>
    /// <exception cref="RekkordException">What the restore itself would raise.</exception>
    public static RestorePlan Run(RepositoryAccess repository, RestoreRequest request, Action<string> warn, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        _ = repository.Keys.DataPrivateKey;
        var (snapshot, roots) = new SnapshotStore(repository).Open(request.Snapshot, warn, cancellation);
        var destination = RestoreDestination.Check(request, repository.Location);
        using var blobs = BlobReader.Open(repository, metadataOnly: true, warn, warn, cancellation);
        var preview = new RestorePreview(request, blobs, cancellation);
        preview.Walk(snapshot, roots, destination);
        return new RestorePlan(snapshot, destination, preview._files, preview._size, preview._replacedCount, preview._replaced, preview._errors);
    }

    private void Walk(Snapshot snapshot, IReadOnlyList<SnapshotRoot> roots, string destination)
    {
        if (_request.Path is { } path)
        {
            var part = SnapshotPath.Find(_blobs, snapshot, roots, path);
            if (part.Kind == FileKind.Directory)
                LookInto(part, path.TrimEnd('/'), destination, included: false);
            else
                Look(part, path, destination, included: true);
        }
        else
        {
            foreach (var root in roots)
                LookAtRoot(root, destination);
        }

        _errors.AddRange(_selection.Unmet);
    }

    private void LookAtRoot(SnapshotRoot root, string destination)
    {
        var names = SnapshotPath.SplitForRestore(root.Path);
        if (names.Count == 0)
        {
            LookInto(root.Entry, "", destination, _selection.Includes("/", [], included: false));
            return;
        }

        var parent = Path.Combine([destination, .. names.SkipLast(1).Select(NameOf)]);
        Look(root.Entry with { Name = names[^1] }, FileName.ToDisplay(root.Path), parent, RestoreOperation.IsIncludedAbove(_selection, root.Path));
    }

    private void Look(TreeEntry entry, string path, string parent, bool included)
    {
        _stop.ThrowIfCancellationRequested();
        var above = included;
        included = _selection.Includes(path, entry.Name, above);
        var target = Path.Combine(parent, NameOf(entry.Name));
        if (entry.Kind == FileKind.Directory)
        {
            var withContent = _selection.IncludesContent(path, included, above);
            if (withContent || _selection.MayIncludeBelow(path))
                LookInto(entry, path, target, withContent);
        }
        else if (included)
        {
            Count(entry, target);
        }
    }

    private void LookInto(TreeEntry directory, string path, string target, bool included)
    {
        foreach (var reference in directory.ChunkReferences)
        {
            try
            {
                foreach (var entry in TreeReader.ReadPage(_blobs, reference))
                    Look(entry, $"{path}/{FileName.ToDisplay(entry.Name)}", target, included);
            }
            catch (RekkordException error)
            {
                _errors.Add(new RekkordException(error.ErrorId, error.Kind, $"The directory '{path}' would only partly be restored: {error.Message}", path, error));
            }
        }
    }

    private void Count(TreeEntry entry, string target)
    {
        _files++;
        _size += entry.Size;
        if (!_request.Force || !Path.Exists(target))
            return;
        _replacedCount++;
        if (_replaced.Count < RestorePlan.MostNames)
            _replaced.Add(target);
    }

    private static string NameOf(byte[] name) => FileName.ToText(name) ?? FileName.ToDisplay(name);
}

/// <summary>What a restore would do.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Destination">The directory, as a full path.</param>
/// <param name="Files">How many entries that are not directories would be made.</param>
/// <param name="Size">Their bytes.</param>
/// <param name="ReplacedCount">How many of them are there already.</param>
/// <param name="Replaced">Which; the first <see cref="MostNames"/>.</param>
/// <param name="Errors">What was asked for and would be missing.</param>
public sealed record RestorePlan(
    Snapshot Snapshot, string Destination, long Files, long Size, long ReplacedCount, IReadOnlyList<string> Replaced, IReadOnlyList<RekkordException> Errors)
{
    /// <summary>How many names are kept.</summary>
    public const int MostNames = 100;
}

using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Index;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// Restores a snapshot, or a part of one, below a directory. Every blob is checked against its ID before it is written; what
/// cannot be restored is reported and the rest goes on. Interrupted, it leaves whole files and no half ones.
/// </summary>
public sealed class RestoreOperation
{
    private readonly RepositoryAccess _repository;
    private readonly RestoreRequest _request;
    private readonly IRestoreObserver _observer;
    private RestoreContext? _context;
    private SnapshotSummary? _summary;
    private RestoreProgress? _ended;

    /// <summary>Prepares a restore.</summary>
    /// <param name="repository">Where from, opened with a key that can read.</param>
    /// <param name="request">What to restore.</param>
    /// <param name="observer">Is told what it meets.</param>
    public RestoreOperation(RepositoryAccess repository, RestoreRequest request, IRestoreObserver observer)
    {
        _repository = repository;
        _request = request;
        _observer = observer;
    }

    /// <summary>How far the restore is; may be asked at any time from any thread.</summary>
    public RestoreProgress Progress => _context is { } context && _summary is { } summary
        ? new RestoreProgress("Restoring", context.Files, context.WrittenSize, IsOfWhole ? summary.Size : 0, context.CurrentFile?.DisplayPath ?? "")
        : _ended ?? new RestoreProgress("Reading the index", 0, 0, 0, "");

    private bool IsOfWhole => _request is { Path: null, Items.Count: 0, SingleItems.Count: 0, Include.Count: 0 };

    /// <summary>Restores.</summary>
    /// <exception cref="RekkordException">
    /// There is no such snapshot (<c>SnapshotNotFound</c>, <c>SnapshotAmbiguous</c>) or path in it (<c>PathNotInSnapshot</c>), the
    /// destination has something in it (<c>DestinationNotEmpty</c>), is in the repository (<c>DestinationInRepository</c>) or cannot be made, the key cannot read
    /// (<c>KeyRoleInsufficient</c>), a revoked key signed what a channel leads to (<c>SignerRevoked</c>), or the repository failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public RestoreResult Run(CancellationToken cancellation)
    {
        _ = _repository.Keys.DataPrivateKey;
        var (snapshot, roots) = new SnapshotStore(_repository).Open(_request.Snapshot, _observer.Warn, cancellation);
        var destination = RestoreDestination.Check(_request, _repository.Location);
        using var privileges = MachineFileSystem.Current.UsePrivileges(_observer.Detail);

        using var blobs = BlobReader.Open(_repository, metadataOnly: false, _observer.Warn, _observer.Warn, cancellation);
        using var context = new RestoreContext(_repository, _request, blobs, _observer, cancellation);
        _summary = snapshot.Summary;
        _context = context;
        try
        {
            var part = _request.Path is { } path ? SnapshotPath.Find(blobs, snapshot, roots, path) : null;
            using var directory = MachineFileSystem.Current.CreateDestination(FileName.FromText(destination));
            context.Threads.Run(
                () => Walk(context, directory, roots, part),
                Enumerable.Repeat(() => Work(context), WorkerThreads.CountFor(_request.Threads)));
            context.Tally.Tell();
            return new RestoreResult(
                snapshot, destination, context.Files, context.Directories, context.Size, context.VerifiedFiles, context.Errors.Count, context.Errors.Kept);
        }
        finally
        {
            _ended = Progress;
            _context = null;
        }
    }

    private static void Work(RestoreContext context)
    {
        // What was begun is ended also after a stop, so that no half file stays; each piece looks at the token itself.
        foreach (var work in context.Queue.GetConsumingEnumerable(CancellationToken.None))
            work();
    }

    private void Walk(RestoreContext context, DestinationDirectory destination, IReadOnlyList<SnapshotRoot> roots, TreeEntry? part)
    {
        try
        {
            var restorer = new TreeRestorer(context, destination);
            try
            {
                if (part is { } entry)
                    RestorePart(context, restorer, destination, entry);
                else
                    RestoreRoots(context, restorer, destination, roots);
                restorer.ReportUnmet();
            }
            finally
            {
                restorer.Finish();
            }
        }
        finally
        {
            context.Queue.CompleteAdding();
        }
    }

    private void RestorePart(RestoreContext context, TreeRestorer restorer, DestinationDirectory destination, TreeEntry entry)
    {
        if (entry.Kind != FileKind.Directory)
        {
            restorer.Restore(OpenDestination(context, destination, null), entry, _request.Path!, included: true);
            return;
        }

        var node = OpenDestination(context, destination, entry.Metadata);
        try
        {
            restorer.RestoreContent(node, entry, _request.Path!.TrimEnd('/'), included: false);
        }
        finally
        {
            node.RemoveUser();
        }
    }

    private static void RestoreRoots(RestoreContext context, TreeRestorer restorer, DestinationDirectory destination, IReadOnlyList<SnapshotRoot> roots)
    {
        // The destination stands for the root directory, if that was saved.
        var rootEntry = roots.FirstOrDefault(root => SnapshotPath.Split(root.Path).Count == 0)?.Entry;
        var top = OpenDestination(context, destination, rootEntry?.Metadata);
        foreach (var root in roots)
        {
            var names = SnapshotPath.SplitForRestore(root.Path);
            var nodes = new List<RestoreNode> { top };
            foreach (var name in names.SkipLast(1))
                nodes.Add(new RestoreNode(nodes[^1], name, metadata: null));
            if (names.Count == 0)
                restorer.RestoreContent(top, root.Entry, "", restorer.Selection.Includes("/", [], included: false));
            else
                restorer.Restore(nodes[^1], root.Entry with { Name = names[^1] }, FileName.ToDisplay(root.Path), IsIncludedAbove(restorer.Selection, root.Path));
            foreach (var node in nodes.Skip(1).Reverse())
                node.RemoveUser();
        }

        top.RemoveUser();
    }

    /// <summary>Whether the requested directory was not saved itself but leads to a saved path.</summary>
    internal static bool IsIncludedAbove(RestoreSelection selection, byte[] path)
    {
        var included = false;
        for (var i = 1; i < path.Length; i++)
        {
            if (path[i] == (byte)'/')
                included = selection.Includes(FileName.ToDisplay(path.AsSpan(0, i)), path[(path.AsSpan(0, i).LastIndexOf((byte)'/') + 1)..i], included);
        }

        return included;
    }

    private static RestoreNode OpenDestination(RestoreContext context, DestinationDirectory destination, FileMetadata? metadata) =>
        new(context, destination, metadata);
}

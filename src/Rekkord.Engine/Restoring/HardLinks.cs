using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>Restores the names of files that have several as links to the first of them. For one thread.</summary>
internal sealed class HardLinks(RestoreContext context, DestinationDirectory destination, RestoreDispatch dispatch)
{
    private readonly Dictionary<FileIdentity, LinkedEntry> _linked = [];

    /// <summary>Makes an entry a link to what was restored under its number, if that is the same file.</summary>
    public bool TryLink(RestoreNode parent, TreeEntry entry, FileIdentity number) =>
        _linked.TryGetValue(number, out var first) && IsSame(first, parent, entry) && TryLink(parent, entry, first);

    /// <summary>Notes an entry that was restored by itself: further names of it are linked to it.</summary>
    /// <param name="parent">The directory that it is in.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="number">What all names of the file have.</param>
    /// <param name="done">Ends when it is restored, with whether it is there.</param>
    public void Add(RestoreNode parent, TreeEntry entry, FileIdentity number, Task<bool> done) =>
        _linked[number] = new LinkedEntry(entry, parent.GetPath(), done);

    /// <summary>
    /// Whether an entry is another name of one that was restored before. Its number alone does not say so: while the source was
    /// saved, the file may have been replaced by another, which got the number.
    /// </summary>
    private bool IsSame(LinkedEntry first, RestoreNode parent, TreeEntry entry)
    {
        try
        {
            if (first.IsSame(entry, context))
                return true;
        }
        catch (RekkordException)
        {
            // What cannot be read cannot be restored either, and is reported there.
            return false;
        }

        context.Tally.Separated(parent.Open().DisplayPathOf(entry.Name), first.PathBelow(destination));
        return false;
    }

    /// <summary>
    /// Makes another name of a file that is restored already. When that one failed, or no link can be made, this one is restored by itself.
    /// </summary>
    private bool TryLink(RestoreNode parent, TreeEntry entry, LinkedEntry first)
    {
        dispatch.Flush(); // the first name may still wait in the batch
        first.Done.Wait(context.Cancellation);
        if (!first.Done.Result)
            return false;
        var directory = parent.Open();
        var temporary = TemporaryName.Create();
        if (TryLink(first, directory, temporary) is { } refusal)
        {
            var path = directory.DisplayPathOf(entry.Name);
            var reason = refusal.Message.Replace(directory.DisplayPathOf(temporary), path, StringComparison.Ordinal);
            context.Report(new RekkordException(
                "HardLinkNotMade",
                RekkordErrorKind.WriteError,
                $"'{path}' is restored as a separate file, not as another name of '{first.PathBelow(destination)}': {reason}",
                path,
                refusal));
            return false;
        }

        parent.Make(temporary, entry.Name, static () => { });
        context.CountFile(0);
        if (context.Request.Verify && entry.Kind == FileKind.File)
            dispatch.AddVerification(parent, entry);
        return true;
    }

    /// <summary>Links to a file; what kept it from that, or null.</summary>
    private FileSystemException? TryLink(LinkedEntry first, DestinationDirectory target, byte[] name)
    {
        var opened = new List<DestinationDirectory>();
        try
        {
            var directory = destination;
            foreach (var part in first.Directory)
                opened.Add(directory = directory.OpenForSearch(part));
            target.CreateHardLink(directory, first.Entry.Name, name);
            return null;
        }
        catch (FileSystemException error)
        {
            return error;
        }
        finally
        {
            opened.ForEach(directory => directory.Dispose());
        }
    }

    /// <summary>The first name of a file that has several, or of what bears the same number.</summary>
    /// <param name="Entry">What was saved under it.</param>
    /// <param name="Directory">The names that lead to its directory from the destination.</param>
    /// <param name="Done">Ends when it is restored, with whether it is there.</param>
    private sealed record LinkedEntry(TreeEntry Entry, IReadOnlyList<byte[]> Directory, Task<bool> Done)
    {
        public string PathBelow(DestinationDirectory destination) =>
            Path.Join([destination.DisplayPath, .. Directory.Select(name => FileName.ToDisplay(name)), FileName.ToDisplay(Entry.Name)]);

        /// <summary>Whether an entry is the same in all that the names of one file have in common.</summary>
        /// <exception cref="RekkordException">Content that is stored in two ways cannot be read.</exception>
        public bool IsSame(TreeEntry other, RestoreContext context)
        {
            var (left, right) = (Entry.Metadata, other.Metadata);
            return (left.Kind, left.Mode, left.UserId, left.GroupId, left.ModifiedTime, left.CreatedTime)
                == (right.Kind, right.Mode, right.UserId, right.GroupId, right.ModifiedTime, right.CreatedTime)
                && Entry.SpecialDevice == other.SpecialDevice
                && Entry.LinkTarget.AsSpan().SequenceEqual(other.LinkTarget)
                && ContentComparison.AreEqual(Entry, context.Blobs, other, context.Blobs, context.Cancellation);
        }
    }
}

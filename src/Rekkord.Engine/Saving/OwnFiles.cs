using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Saving;

/// <summary>
/// What belongs to the save itself and is left out of it: its repository, which would grow with every save, its local cache, and its
/// keyfile. They are recognised by device and inode and not by their paths, because other paths may lead to them. For one thread at a time.
/// </summary>
internal sealed class OwnFiles
{
    private readonly List<OwnFile> _all = [];
    private readonly HashSet<OwnFile> _met = [];

    /// <summary>Notes what they are.</summary>
    /// <param name="files">Where they are.</param>
    /// <param name="repository">The path of the repository's directory; another kind of location is in no saved path.</param>
    /// <param name="keyFile">The path of the keyfile; null when the key comes from elsewhere.</param>
    /// <param name="cacheFile">The path of a file in the cache directory that no other has.</param>
    public OwnFiles(LocalFileSystem files, string repository, string? keyFile, string? cacheFile)
    {
        AddDirectory(files, "the repository that this save writes to", repository, ObjectName.Descriptor, isWritten: false);
        if (cacheFile is not null)
            AddDirectory(files, "this repository's local cache", Path.GetDirectoryName(cacheFile)!, Path.GetFileName(cacheFile), isWritten: true);
        if (keyFile is not null)
            AddFile(files, "the keyfile that this save uses", keyFile);
    }

    /// <summary>What of the save's own something is; null when it is not.</summary>
    /// <param name="parent">The directory that holds it.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="status">Its status.</param>
    /// <param name="followLink">Whether the status is that of what a link leads to.</param>
    public string? Find(SourceDirectory parent, byte[] name, in FileStatus status, bool followLink)
    {
        foreach (var own in _all)
        {
            if (own.Inode == status.Inode && own.Device == status.Device && own.IsSame(parent, name, status, followLink))
                return own.Description;
        }

        return null;
    }

    /// <summary>What of the save's own a directory lies in, or is; null when it does not.</summary>
    public string? FindAbove(LocalFileSystem files, byte[] directory)
    {
        for (var path = directory; ; path = SourceRoot.ParentOf(path))
        {
            try
            {
                using var parent = SourceRoot.OpenParent(files, path);
                var name = SourceRoot.NameOf(path);
                if (Find(parent, name, parent.GetStatus(name, followLink: true), followLink: true) is { } found)
                    return found;
            }
            catch (FileSystemException)
            {
                // Whoever opens the path itself meets the reason, and reports it.
                return null;
            }

            if (SourceRoot.ParentOf(path).Length == path.Length)
                return null;
        }
    }

    /// <summary>Whether this is the first time that something of them is met.</summary>
    public bool IsFirst(string description) => _met.Add(_all.First(own => own.Description == description));

    private void AddDirectory(LocalFileSystem files, string description, string path, string witness, bool isWritten)
    {
        if (!Path.IsPathFullyQualified(path))
            return;
        try
        {
            using var directory = files.OpenDirectory(Native(path));
            var status = directory.GetStatus();
            var name = FileName.FromText(witness);
            _all.Add(new OwnFile(description, status, name, isWritten ? null : StatusHash.Compute(directory.GetStatus(name))));
        }
        catch (FileSystemException)
        {
            // What cannot be opened by that path is not taken for what it may be.
        }
    }

    private void AddFile(LocalFileSystem files, string description, string path)
    {
        try
        {
            var native = Native(path);
            using var parent = SourceRoot.OpenParent(files, native);
            _all.Add(new OwnFile(description, parent.GetStatus(SourceRoot.NameOf(native), followLink: true), null, null));
        }
        catch (FileSystemException)
        {
            // A keyfile that is gone since it was read is in no snapshot.
        }
    }

    private static byte[] Native(string path) => FileName.FromText(OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path);

    /// <summary>
    /// One of them. Some file systems give one inode number to all files: so a directory has to hold a certain file besides, and a file
    /// to be the same in its whole status.
    /// </summary>
    private sealed record OwnFile(string Description, FileStatus Status, byte[]? Witness, Hash128? WitnessStatus)
    {
        public ulong Inode => Status.Inode;

        public ulong Device => Status.Device;

        public bool IsSame(SourceDirectory parent, byte[] name, in FileStatus status, bool followLink)
        {
            if (status.Kind != Status.Kind)
                return false;
            if (Witness is null)
                return StatusHash.Compute(status) == StatusHash.Compute(Status);
            try
            {
                using var directory = parent.OpenDirectory(name, followLink);
                var witness = directory.GetStatus(Witness);
                return WitnessStatus is null || StatusHash.Compute(witness) == WitnessStatus;
            }
            catch (FileSystemException)
            {
                // It has no such file: it is another directory.
                return false;
            }
        }
    }
}

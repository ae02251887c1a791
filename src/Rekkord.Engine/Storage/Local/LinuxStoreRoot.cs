using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Linux;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// A store's directory on Linux. Everything starts from one handle of it: whatever is mounted, unmounted or renamed meanwhile, nothing is
/// read from or written to another directory than the one that was opened.
/// </summary>
internal sealed class LinuxStoreRoot : IStoreRoot
{
    private const uint Everybody = 0x1b6; // 0666
    private const uint EverybodyMayEnter = 0x1ff; // 0777
    private const uint OwnerOfFile = 0x180; // 0600
    private const uint OwnerOfDirectory = 0x1c0; // 0700
    private const uint OthersOfFile = 0x36; // 0066
    private const uint OthersOfDirectory = 0x43f; // 02077: setgid keeps a group's directory in the group

    private readonly string _path;
    private readonly string _model;
    private readonly FileStatus _status;
    private readonly ConfinedDirectory _directory;
    private volatile ModelMode? _modelMode;

    private LinuxStoreRoot(string path, string model, FileStatus status, ConfinedDirectory directory)
    {
        _path = path;
        _model = model;
        _status = status;
        _directory = directory;
    }

    /// <summary>Opens a store's directory by a path that may lead through links: the user named it.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="model">The file whose permissions new files get.</param>
    /// <param name="byComponents">Whether to do without openat2.</param>
    /// <exception cref="IOException">There is none, or the system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public static LinuxStoreRoot Open(string path, string model, bool byComponents = false)
    {
        try
        {
            var directory = LinuxDirectory.Open(Encoding.UTF8.GetBytes(path), FileOperation.OpenDirectory);
            return new LinuxStoreRoot(path, model, directory.GetStatus(), new ConfinedDirectory(directory.Descriptor, byComponents));
        }
        catch (FileSystemException error)
        {
            throw ConfinedDirectory.Failure(error.ErrorNumber, path);
        }
    }

    public bool IsInPlace()
    {
        try
        {
            using var now = LinuxDirectory.Open(Encoding.UTF8.GetBytes(_path), FileOperation.OpenDirectory);
            var status = now.GetStatus();
            return (status.Device, status.Inode) == (_status.Device, _status.Inode);
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    public FileStatus? GetStatus(string name)
    {
        try
        {
            using var entry = _directory.OpenEntry(name);
            return ConfinedDirectory.StatusOf(entry, name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <remarks>
    /// Opening a fifo waits, and opening a device may do anything. So the entry is looked at first, through a handle that has no effect on
    /// it, and then that very entry is opened.
    /// </remarks>
    public SafeFileHandle OpenFile(string name)
    {
        using var entry = _directory.OpenEntry(name);
        RequireFile(entry, name);
        var descriptor = OpenAgain(entry);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);

        // Without /proc, or when it is not this process's: by name once more, and whatever stands there now does not make this wait.
        using var file = _directory.Open(name, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);
        RequireFile(file, name);
        return Release(file);
    }

    public IReadOnlyList<StoreEntry> List(string folder)
    {
        try
        {
            using var directory = _directory.OpenDirectory(folder);
            var names = DirectoryListing.Read(directory, new EntryPath(null, Encoding.UTF8.GetBytes(folder)));
            var entries = new List<StoreEntry>(names.Length);
            foreach (var name in names)
            {
                if (Describe(directory, name) is { } entry)
                    entries.Add(entry);
            }

            return entries;
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (FileSystemException error)
        {
            throw ConfinedDirectory.Failure(error.ErrorNumber, folder);
        }
    }

    public SafeFileHandle CreateFile(string name)
    {
        using var file = _directory.Open(name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, Everybody);

        // Where it cannot be locked, its age alone tells that it was abandoned.
        _ = LibC.Lock(file, LibC.LockExclusive | LibC.LockWithoutWaiting);
        if ((_modelMode ??= ReadModelMode()).Mode is { } mode)
            GiveMode(file, name, mode);
        return Release(file);
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset) => RandomAccess.Write(file, data, offset);

    public void FlushFile(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public void FlushFile(string name)
    {
        using var file = OpenFile(name);
        RandomAccess.FlushToDisk(file);
    }

    public bool TryRename(string name, string newName)
    {
        using var folder = OpenFolderOf(name, out var entry);
        using var newFolder = OpenFolderOf(newName, out var newEntry);

        // A second name for the file, then without the first: what a kill leaves between the two is a leftover like others.
        if (LibC.LinkAt(folder, entry, newFolder, newEntry, flags: 0) == 0)
        {
            Check(LibC.UnlinkAt(folder, entry, flags: 0), name);
            return true;
        }

        // Some file systems have no hard links, where looking first is the best there is.
        if (Marshal.GetLastPInvokeError() == Errno.EEXIST || GetStatus(newName) is not null)
            return false;
        Check(LibC.RenameAt(folder, entry, newFolder, newEntry), name);
        return true;
    }

    public void Rename(string name, string newName)
    {
        using var folder = OpenFolderOf(name, out var entry);
        using var newFolder = OpenFolderOf(newName, out var newEntry);
        Check(LibC.RenameAt(folder, entry, newFolder, newEntry), name);
    }

    public void DeleteFile(string name)
    {
        using var folder = OpenFolderOf(name, out var entry);
        Check(LibC.UnlinkAt(folder, entry, flags: 0), name);
    }

    public bool TryDeleteAbandoned(string name)
    {
        try
        {
            using var file = OpenFile(name);
            using var folder = OpenFolderOf(name, out var entry);
            return (LibC.Lock(file, LibC.LockExclusive | LibC.LockWithoutWaiting) == 0 || Marshal.GetLastPInvokeError() != Errno.EAGAIN)
                && LibC.UnlinkAt(folder, entry, flags: 0) == 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void CreateDirectory(string name)
    {
        using var folder = OpenFolderOf(name, out var entry);
        var error = LibC.MakeDirectoryAt(folder, entry, EverybodyMayEnter) < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (error is not (0 or Errno.EEXIST))
            throw ConfinedDirectory.Failure(error, name);
        using var directory = _directory.OpenDirectory(name);
        if (error == 0)
            GiveMode(directory, name, OwnerOfDirectory | (_status.Mode & OthersOfDirectory));
    }

    public void FlushDirectory(string name)
    {
        using var directory = _directory.OpenDirectory(name);
        DurableDirectory.Flush(directory, name.Length == 0 ? _path : name);
    }

    public void Dispose() => _directory.Dispose();

    private static void Check(int result, string name)
    {
        if (result < 0)
            throw ConfinedDirectory.Failure(Marshal.GetLastPInvokeError(), name);
    }

    private static void RequireFile(FileDescriptor entry, string name)
    {
        var kind = ConfinedDirectory.StatusOf(entry, name).Kind;
        if (kind != FileKind.File)
            throw new ObstacleException(name, kind);
    }

    private static int OpenAgain(FileDescriptor entry)
    {
        int descriptor;
        do
            descriptor = LibC.Open(NativeName.ThroughProc(entry), OpenFlags.ReadOnly | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec, 0);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        return descriptor;
    }

    /// <summary>Gives a descriptor to .NET, which closes it from then on.</summary>
    private static SafeFileHandle Release(FileDescriptor file)
    {
        var handle = new SafeFileHandle(file.DangerousGetHandle(), ownsHandle: true);
        file.SetHandleAsInvalid();
        return handle;
    }

    /// <summary>Looks at an entry of a listing; null when it is gone.</summary>
    private static StoreEntry? Describe(FileDescriptor directory, byte[] name)
    {
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        var error = StatusRecord.Read(directory, native, followLink: false, out var status);
        return error switch
        {
            0 => new StoreEntry(Encoding.UTF8.GetString(name), status.Kind, status.Size, status.ModifiedTime.ToDateTimeOffset()),
            Errno.ENOENT => null,
            _ => throw ConfinedDirectory.Failure(error, Encoding.UTF8.GetString(name)),
        };
    }

    /// <summary>Opens the directory that a name lies in.</summary>
    private FileDescriptor OpenFolderOf(string name, out byte[] entry)
    {
        var folder = DurableFolders.ParentOf(name);
        entry = [.. Encoding.UTF8.GetBytes(name[(name.LastIndexOf('/') + 1)..]), 0];
        return _directory.OpenForSearch(folder);
    }

    private ModelMode ReadModelMode() => new(GetStatus(_model) is { Kind: FileKind.File } model ? OwnerOfFile | (model.Mode & OthersOfFile) : null);

    /// <summary>
    /// Lets everybody who can read the repository read what is new, whatever the umask of the user who saves. File systems whose
    /// permissions are fixed refuse, and need none.
    /// </summary>
    private static void GiveMode(FileDescriptor entry, string name, uint mode)
    {
        if (ConfinedDirectory.StatusOf(entry, name).Mode != mode)
            _ = LibC.ChangeMode(entry, mode);
    }

    /// <summary>The mode of new files, after the model's; null when there is no model.</summary>
    private sealed record ModelMode(uint? Mode);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>A directory opened for a restore on Linux.</summary>
internal sealed class LinuxDestinationDirectory : DestinationDirectory
{
    private const uint PrivateDirectory = 0x1c0; // 0700
    private const uint PrivateFile = 0x180; // 0600

    private readonly LinuxDirectory _directory;
    private readonly bool _inheritsAcl; // gives ACLs to what is made in it, as its parent did to it if it is new

    private LinuxDestinationDirectory(LinuxDirectory directory, bool isNew)
    {
        _directory = directory;
        _inheritsAcl = PosixAcl.IsInheritedIn(directory.Descriptor);
        IsNew = isNew;
    }

    /// <inheritdoc/>
    public override bool IsNew { get; }

    /// <inheritdoc/>
    public override FileIdentity Identity => _directory.GetStatus().Identity;

    /// <inheritdoc/>
    public override string DisplayPath => _directory.Path.ToString();

    /// <summary>Makes a directory by path with the parents it lacks, and opens it.</summary>
    /// <exception cref="FileSystemException">Something else is there, or the system refused.</exception>
    internal static LinuxDestinationDirectory Create(byte[] path)
    {
        try
        {
            return new LinuxDestinationDirectory(LinuxDirectory.Open(path, FileOperation.EnterDirectory), isNew: false);
        }
        catch (FileSystemException error) when (error.ErrorNumber == Errno.ENOENT)
        {
            var (directory, isNew) = MakeWithParents(path);
            return new LinuxDestinationDirectory(directory, isNew);
        }
    }

    /// <inheritdoc/>
    public override FileStatus? TryGetStatus(byte[] name)
    {
        _directory.CheckName(name, FileOperation.ReadStatus);
        return _directory.TryGetStatus(name);
    }

    /// <inheritdoc/>
    public override FileIdentity? TryGetIdentity(byte[] name) => TryGetStatus(name)?.Identity;

    /// <inheritdoc/>
    public override DestinationDirectory OpenForSearch(byte[] name)
    {
        _directory.CheckName(name, FileOperation.OpenDirectory);
        return new LinuxDestinationDirectory(_directory.OpenForSearch(name, followLink: false, FileOperation.OpenDirectory), isNew: false);
    }

    /// <inheritdoc/>
    public override DestinationDirectory CreateDirectory(byte[] name)
    {
        var isNew = Make(_directory, name, PrivateDirectory);
        return new LinuxDestinationDirectory(_directory.OpenSubdirectory(name, followLink: false, FileOperation.EnterDirectory), isNew);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override DestinationFile CreateFile(byte[] name)
    {
        _directory.CheckName(name, FileOperation.CreateFile);
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        var flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow
            | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec;
        int descriptor;
        while ((descriptor = LibC.OpenAt(_directory.Descriptor, native, flags, PrivateFile)) < 0)
            _directory.ThrowUnlessInterrupted(FileOperation.CreateFile, name);
        var file = new FileDescriptor(descriptor);

        // Tells others that the file is not abandoned. Where there are no locks nobody gets one, and so nothing is taken for abandoned.
        _ = LibC.Lock(file, LibC.LockExclusive | LibC.LockWithoutWaiting);
        return new LinuxDestinationFile(file, _directory.Path, name, _inheritsAcl);
    }

    /// <inheritdoc/>
    public override SourceFile OpenFile(byte[] name)
    {
        _directory.CheckName(name, FileOperation.OpenFile);
        return LinuxSourceFile.Open(_directory, name, followLink: false);
    }

    /// <inheritdoc/>
    public override void CreateSymbolicLink(byte[] name, byte[] target)
    {
        _directory.CheckName(name, FileOperation.CreateLink);
        if (target.Contains((byte)0))
        {
            throw LinuxErrors.Create(
                FileSystemFailure.UnsafeName, "its target holds a NUL byte", FileOperation.CreateLink, _directory.Path, name);
        }

        byte[] nativeTarget = [.. target, 0];
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        while (LibC.SymbolicLinkAt(nativeTarget, _directory.Descriptor, native) < 0)
            _directory.ThrowUnlessInterrupted(FileOperation.CreateLink, name);
    }

    /// <inheritdoc/>
    public override void CreateSpecial(byte[] name, FileKind kind, ulong device)
    {
        var (type, operation) = kind switch
        {
            FileKind.Fifo => (FileType.Fifo, FileOperation.CreateFifo),
            FileKind.CharacterDevice => (FileType.CharacterDevice, FileOperation.CreateDevice),
            FileKind.BlockDevice => (FileType.BlockDevice, FileOperation.CreateDevice),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Only fifos and devices are made this way."),
        };
        _directory.CheckName(name, operation);
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        while (SystemCall.MakeNode(_directory.Descriptor, native, type | PrivateFile, kind == FileKind.Fifo ? 0 : device) < 0)
            _directory.ThrowUnlessInterrupted(operation, name);
    }

    /// <inheritdoc/>
    public override void CreateHardLink(DestinationDirectory existingDirectory, byte[] existingName, byte[] name)
    {
        if (existingDirectory is not LinuxDestinationDirectory existing)
            throw new ArgumentException("It belongs to another file system implementation.", nameof(existingDirectory));
        existing._directory.CheckName(existingName, FileOperation.CreateHardLink);
        _directory.CheckName(name, FileOperation.CreateHardLink);

        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        var nativeExisting = NativeName.Terminate(existingName, stackalloc byte[NativeName.StackSize]);
        while (LibC.LinkAt(existing._directory.Descriptor, nativeExisting, _directory.Descriptor, native, flags: 0) < 0)
            _directory.ThrowUnlessInterrupted(FileOperation.CreateHardLink, name);
    }

    /// <inheritdoc/>
    public override void Rename(byte[] name, byte[] newName, bool replace)
    {
        _directory.CheckName(name, FileOperation.Rename);
        _directory.CheckName(newName, FileOperation.Rename);
        if (replace)
            EntryRenaming.Replace(_directory, name, newName);
        else
            EntryRenaming.RenameUnlessTaken(_directory, name, newName);
    }

    /// <inheritdoc/>
    public override void Remove(byte[] name)
    {
        _directory.CheckName(name, FileOperation.Remove);
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        while (LibC.UnlinkAt(_directory.Descriptor, native, flags: 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() == Errno.ENOENT)
                return;
            _directory.ThrowUnlessInterrupted(FileOperation.Remove, name);
        }
    }

    /// <inheritdoc/>
    public override void RemoveAbandoned(Predicate<byte[]> isTemporary, FileTime before)
    {
        if (!_directory.CanRead)
            return;
        foreach (var name in DirectoryListing.Read(_directory.Descriptor, _directory.Path).Where(name => isTemporary(name)))
        {
            if (_directory.TryGetStatus(name) is { Kind: FileKind.File } status && status.ChangedTime < before)
                RemoveUnlessLocked(name);
        }
    }

    /// <inheritdoc/>
    public override void AllowChanges()
    {
        var mode = _directory.GetStatus().Mode;
        if ((mode & PrivateDirectory) != PrivateDirectory)
            _ = LibC.ChangeMode(_directory.Descriptor, mode | PrivateDirectory);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataProblem> ApplyMetadata(byte[] name, FileMetadata metadata)
    {
        _directory.CheckName(name, FileOperation.WriteFile);
        return MetadataWriter.Apply(new EntryTarget(_directory, name), metadata, _inheritsAcl ? AttributesBefore.Inherited : AttributesBefore.None);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataProblem> ApplyMetadata(FileMetadata metadata) =>
        MetadataWriter.Apply(
            new DescriptorTarget(_directory.Descriptor, _directory.Path, null),
            metadata,
            !IsNew ? AttributesBefore.Own : _inheritsAcl ? AttributesBefore.Inherited : AttributesBefore.None);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _directory.Dispose();
    }

    private void RemoveUnlessLocked(byte[] name)
    {
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        var descriptor = LibC.OpenAt(_directory.Descriptor, native, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
            return;
        using var file = new FileDescriptor(descriptor);
        if (LibC.Lock(file, LibC.LockExclusive | LibC.LockWithoutWaiting) == 0)
            _ = LibC.UnlinkAt(_directory.Descriptor, native, flags: 0);
    }

    /// <summary>Makes a directory; false when there is something already.</summary>
    private static bool Make(LinuxDirectory parent, byte[] name, uint mode)
    {
        parent.CheckName(name, FileOperation.MakeDirectory);
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        while (LibC.MakeDirectoryAt(parent.Descriptor, native, mode) < 0)
        {
            if (Marshal.GetLastPInvokeError() == Errno.EEXIST)
                return false;
            parent.ThrowUnlessInterrupted(FileOperation.MakeDirectory, name);
        }

        return true;
    }

    // The parents get what the user's umask leaves, as with mkdir -p; only the destination itself is private. Links on the way
    // are followed: the user wrote this path.
    private static (LinuxDirectory Directory, bool IsNew) MakeWithParents(byte[] path)
    {
        const uint everything = 0x1ff; // 0777, less the umask
        var names = EntriesOf(path);
        var directory = LinuxDirectory.Open("/"u8.ToArray(), FileOperation.EnterDirectory);
        var isNew = false;
        for (var i = 0; i < names.Count; i++)
        {
            using var parent = directory;
            var isLast = i == names.Count - 1;
            isNew = Make(parent, names[i], isLast ? PrivateDirectory : everything);
            directory = isLast
                ? parent.OpenSubdirectory(names[i], followLink: true, FileOperation.EnterDirectory)
                : parent.OpenForSearch(names[i], followLink: true, FileOperation.EnterDirectory);
        }

        return (directory, isNew);
    }

    private static List<byte[]> EntriesOf(byte[] path)
    {
        var names = new List<byte[]>();
        foreach (var range in path.AsSpan().Split((byte)'/'))
        {
            if (!path.AsSpan(range).IsEmpty && !path.AsSpan(range).SequenceEqual("."u8))
                names.Add(path[range]);
        }

        return names;
    }
}

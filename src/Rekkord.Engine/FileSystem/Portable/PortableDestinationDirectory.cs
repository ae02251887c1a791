using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>A directory being restored into through .NET's API.</summary>
/// <remarks>What is made is private by its mode on Unix; on Windows it has the permissions that its directory hands down.</remarks>
internal sealed class PortableDestinationDirectory(string path, bool isNew) : DestinationDirectory
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateDirectory = PrivateFile | UnixFileMode.UserExecute;

    /// <inheritdoc/>
    public override string DisplayPath => PortablePath.ToDisplay(path);

    /// <inheritdoc/>
    public override bool IsNew => isNew;

    /// <inheritdoc/>
    public override FileIdentity Identity =>
        PortableErrors.Run(FileOperation.ReadStatus, path, () => PortableStatus.TryReadIdentity(path) ?? default);

    /// <summary>Makes a directory for the current user alone.</summary>
    internal static void MakePrivateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, PrivateDirectory);
    }

    /// <inheritdoc/>
    public override FileStatus? TryGetStatus(byte[] name)
    {
        var entry = PathOf(name, FileOperation.ReadStatus);
        return PortableErrors.Run(FileOperation.ReadStatus, entry, () => PortableStatus.TryRead(entry, followLink: false));
    }

    /// <inheritdoc/>
    public override FileIdentity? TryGetIdentity(byte[] name)
    {
        var entry = PathOf(name, FileOperation.ReadStatus);
        return PortableErrors.Run(FileOperation.ReadStatus, entry, () => PortableStatus.TryReadIdentity(entry));
    }

    /// <inheritdoc/>
    public override DestinationDirectory OpenForSearch(byte[] name)
    {
        var entry = PathOf(name, FileOperation.OpenDirectory);
        return PortableErrors.Run(FileOperation.OpenDirectory, entry, () => Enter(entry, isNew: false));
    }

    /// <inheritdoc/>
    public override DestinationDirectory CreateDirectory(byte[] name)
    {
        var entry = PathOf(name, FileOperation.MakeDirectory);
        return PortableErrors.Run(FileOperation.MakeDirectory, entry, () =>
        {
            var isNew = PortableStatus.TryRead(entry, followLink: false) is null;
            if (isNew)
                MakePrivateDirectory(entry);
            return Enter(entry, isNew);
        });
    }

    /// <inheritdoc/>
    public override DestinationFile CreateFile(byte[] name)
    {
        var entry = PathOf(name, FileOperation.CreateFile);
        return PortableErrors.Run(FileOperation.CreateFile, entry, () =>
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew, // never follows a link
                Access = FileAccess.ReadWrite,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = PrivateFile;
            return new PortableDestinationFile(new FileStream(entry, options), entry);
        });
    }

    /// <inheritdoc/>
    public override SourceFile OpenFile(byte[] name) =>
        PortableSourceFile.Open(PathOf(name, FileOperation.OpenFile), followLink: false);

    /// <inheritdoc/>
    public override void CreateSymbolicLink(byte[] name, byte[] target)
    {
        var entry = PathOf(name, FileOperation.CreateLink);
        var text = PortableName.FromBytes(target);
        if (string.IsNullOrEmpty(text) || text.Contains('\0', StringComparison.Ordinal))
        {
            throw FileSystemErrors.Create(
                FileSystemFailure.UnsafeName, FileOperation.CreateLink, DisplayPathOf(name), "this system cannot express its target", 0);
        }

        PortableErrors.Run(FileOperation.CreateLink, entry, () =>
        {
            RefuseTaken(entry, FileOperation.CreateLink);
            if (OperatingSystem.IsWindows() && WindowsJunction.IsTarget(text))
            {
                WindowsJunction.Create(entry, text);
                return;
            }

            // Windows has links of two kinds. Which one it was comes with the metadata; until then, what it leads to decides.
            if (Directory.Exists(Path.Combine(path, text)))
                Directory.CreateSymbolicLink(entry, text);
            else
                File.CreateSymbolicLink(entry, text);
        });
    }

    /// <inheritdoc/>
    public override void CreateSpecial(byte[] name, FileKind kind, ulong device)
    {
        PathOf(name, FileOperation.CreateDevice);
        throw FileSystemErrors.Create(
            FileSystemFailure.NotSupported,
            kind == FileKind.Fifo ? FileOperation.CreateFifo : FileOperation.CreateDevice,
            DisplayPathOf(name),
            "fifos and devices are restored on Linux only",
            errorNumber: 0);
    }

    /// <inheritdoc/>
    public override void CreateHardLink(DestinationDirectory existingDirectory, byte[] existingName, byte[] name)
    {
        if (existingDirectory is not PortableDestinationDirectory existing)
            throw new ArgumentException("It belongs to another file system implementation.", nameof(existingDirectory));
        var existingEntry = existing.PathOf(existingName, FileOperation.CreateHardLink);
        var entry = PathOf(name, FileOperation.CreateHardLink);
        PortableErrors.Run(FileOperation.CreateHardLink, entry, () => HardLink.Create(existingEntry, entry));
    }

    /// <inheritdoc/>
    public override void Rename(byte[] name, byte[] newName, bool replace)
    {
        var from = PathOf(name, FileOperation.Rename);
        var to = PathOf(newName, FileOperation.Rename);
        PortableErrors.Run(FileOperation.Rename, to, () =>
        {
            if (!replace)
                RefuseTaken(to, FileOperation.Rename);
            if (PortableStatus.Read(from, followLink: false).Kind == FileKind.Directory)
                Directory.Move(from, to);
            else if (replace)
                Replace(from, to);
            else
                File.Move(from, to, overwrite: false);
        });
    }

    /// <inheritdoc/>
    public override void Remove(byte[] name)
    {
        var entry = PathOf(name, FileOperation.Remove);
        PortableErrors.Run(FileOperation.Remove, entry, () =>
        {
            if (PortableStatus.TryRead(entry, followLink: false) is { } status)
                Remove(entry, status);
        });
    }

    /// <inheritdoc/>
    /// <remarks>On Windows the read-only attribute of a directory forbids nothing.</remarks>
    public override void AllowChanges() => PortableErrors.Run(FileOperation.ReadStatus, path, () =>
    {
        if (OperatingSystem.IsWindows())
            return;
        var mode = File.GetUnixFileMode(path);
        if ((mode & PrivateDirectory) == PrivateDirectory)
            return;
        try
        {
            File.SetUnixFileMode(path, mode | PrivateDirectory);
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's: whether something can be made in it shows when it is tried.
        }
    });

    /// <inheritdoc/>
    public override void RemoveAbandoned(Predicate<byte[]> isTemporary, FileTime before) =>
        PortableErrors.Run(FileOperation.ListDirectory, path, () =>
        {
            foreach (var entry in Directory.GetFiles(path).Where(entry => isTemporary(PortableName.ToBytes(Path.GetFileName(entry)))))
            {
                if (PortableStatus.TryRead(entry, followLink: false) is { Kind: FileKind.File } status && status.ChangedTime < before)
                    RemoveUnlessLocked(entry, status);
            }
        });

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataProblem> ApplyMetadata(byte[] name, FileMetadata metadata) =>
        PortableMetadata.Apply(PathOf(name, FileOperation.WriteFile), null, metadata);

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataProblem> ApplyMetadata(FileMetadata metadata) => PortableMetadata.Apply(path, null, metadata);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A path holds nothing open.
    }

    private static PortableDestinationDirectory Enter(string entry, bool isNew) =>
        PortableStatus.Read(entry, followLink: false).Kind == FileKind.Directory
            ? new PortableDestinationDirectory(entry, isNew)
            : throw FileSystemErrors.Create(
                FileSystemFailure.NotADirectory,
                FileOperation.EnterDirectory,
                PortablePath.ToDisplay(entry),
                "something that is not a directory has its name",
                errorNumber: 0);

    /// <summary>Removes a file unless another process has it open; .NET locks what it opens on Unix too.</summary>
    private static void RemoveUnlessLocked(string entry, FileStatus status)
    {
        try
        {
            new FileStream(entry, FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
            Remove(entry, status);
        }
        catch (Exception error) when (PortableErrors.IsFileError(error))
        {
            // It stays: another process writes it, or it may not be removed.
            System.Diagnostics.Debug.WriteLine(error.Message);
        }
    }

    private static void Remove(string entry, FileStatus status)
    {
        var attributes = (FileAttributes)status.WindowsAttributes;
        if (status.Kind == FileKind.SymbolicLink && attributes.HasFlag(FileAttributes.Directory))
        {
            Directory.Delete(entry); // on Windows a link to a directory is removed as one
            return;
        }

        if (attributes.HasFlag(FileAttributes.ReadOnly))
            File.SetAttributes(entry, attributes & ~FileAttributes.ReadOnly); // which would keep Windows from removing it
        File.Delete(entry);
    }

    // Windows keeps a read-only file from being replaced as from being removed.
    private static void Replace(string from, string to)
    {
        if (OperatingSystem.IsWindows() && PortableStatus.TryRead(to, followLink: false) is { Kind: FileKind.File } there
            && (FileAttributes)there.WindowsAttributes is var attributes && attributes.HasFlag(FileAttributes.ReadOnly))
        {
            File.SetAttributes(to, attributes & ~FileAttributes.ReadOnly);
        }

        ReplacingRename.Rename(from, to);
    }

    private static void RefuseTaken(string entry, FileOperation operation)
    {
        if (PortableStatus.TryRead(entry, followLink: false) is not null)
        {
            throw FileSystemErrors.Create(
                FileSystemFailure.Exists, operation, PortablePath.ToDisplay(entry), "the name is taken", errorNumber: 0);
        }
    }

    private string PathOf(byte[] name, FileOperation operation) =>
        PortableName.TryGetEntryName(name, OperatingSystem.IsWindows()) is { } text
            ? Path.Join(path, text)
            : throw FileSystemErrors.UnsafeName(operation, DisplayPath, name);
}

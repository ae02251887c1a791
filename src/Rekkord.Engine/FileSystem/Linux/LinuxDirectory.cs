using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>An open directory with the calls by entry name that reading and restoring share. Thread-safe.</summary>
internal sealed class LinuxDirectory : IDisposable
{
    private static readonly int OpenDirectoryFlags =
        OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NonBlocking | OpenFlags.CloseOnExec;

    private LinuxDirectory(int descriptor, EntryPath path, bool canRead)
    {
        Descriptor = new FileDescriptor(descriptor);
        Path = path;
        CanRead = canRead;
    }

    /// <summary>The handle.</summary>
    internal FileDescriptor Descriptor { get; }

    /// <summary>Where it was found.</summary>
    internal EntryPath Path { get; }

    /// <summary>False when only the right to search it was had: entries can be reached by name, but not listed.</summary>
    internal bool CanRead { get; }

    /// <summary>Opens a directory by absolute path, following links. One that may be searched but not read is opened for that.</summary>
    /// <exception cref="FileSystemException">There is none, or the system refused.</exception>
    internal static LinuxDirectory Open(byte[] path, FileOperation operation)
    {
        var displayPath = new EntryPath(null, path);
        if (path.AsSpan().IndexOf((byte)0) >= 0 || path is not [(byte)'/', ..])
            throw FileSystemErrors.NotAFullPath(operation, path);

        using var parent = OpenLongPrefix(ref path, operation, displayPath);
        var native = NativeName.Terminate(path, stackalloc byte[NativeName.StackSize]);
        int Try(ReadOnlySpan<byte> name, int flags) =>
            parent is null ? LibC.Open(name, flags, 0) : LibC.OpenAt(parent, name, flags, 0);

        while (true)
        {
            var descriptor = Try(native, OpenDirectoryFlags);
            if (descriptor >= 0)
                return new LinuxDirectory(descriptor, displayPath, canRead: true);
            if (Marshal.GetLastPInvokeError() == Errno.EACCES)
            {
                descriptor = Try(native, OpenDirectoryFlags | OpenFlags.PathOnly);
                if (descriptor >= 0)
                    return new LinuxDirectory(descriptor, displayPath, canRead: false);
            }

            LinuxErrors.ThrowUnlessInterrupted(operation, displayPath);
        }
    }

    /// <summary>Opens a subdirectory for no more than to reach its entries by name.</summary>
    /// <exception cref="FileSystemException">It is not a directory, or the system refused.</exception>
    internal LinuxDirectory OpenForSearch(byte[] name, bool followLink, FileOperation operation)
    {
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        var flags = OpenDirectoryFlags | OpenFlags.PathOnly | (followLink ? 0 : OpenFlags.NoFollow);
        int descriptor;
        while ((descriptor = LibC.OpenAt(Descriptor, native, flags, 0)) < 0)
            LinuxErrors.ThrowUnlessInterrupted(operation, Path, name);
        return new LinuxDirectory(descriptor, Path.Append(name), canRead: false);
    }

    /// <summary>Opens a subdirectory.</summary>
    /// <exception cref="FileSystemException">It is not a directory, or the system refused.</exception>
    [SkipLocalsInit]
    internal LinuxDirectory OpenSubdirectory(byte[] name, bool followLink, FileOperation operation)
    {
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        var flags = OpenDirectoryFlags | OpenFlags.NoAccessTime | (followLink ? 0 : OpenFlags.NoFollow);
        int descriptor;
        while ((descriptor = LibC.OpenAt(Descriptor, native, flags, 0)) < 0)
        {
            // Only the owner and root may leave the access time alone.
            if (Marshal.GetLastPInvokeError() == Errno.EPERM && (flags & OpenFlags.NoAccessTime) != 0)
                flags &= ~OpenFlags.NoAccessTime;
            else
                LinuxErrors.ThrowUnlessInterrupted(operation, Path, name);
        }

        return new LinuxDirectory(descriptor, Path.Append(name), canRead: true);
    }

    /// <summary>The status of an entry, null when there is none.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    internal FileStatus? TryGetStatus(byte[] name)
    {
        var error = ReadStatus(name, followLink: false, out var status);
        return error switch
        {
            0 => status,
            Errno.ENOENT => null,
            _ => throw LinuxErrors.Create(error, FileOperation.ReadStatus, Path, name),
        };
    }

    /// <summary>The status of an entry.</summary>
    /// <exception cref="FileSystemException">There is none, or the system refused.</exception>
    internal FileStatus GetStatus(byte[] name, bool followLink)
    {
        var error = ReadStatus(name, followLink, out var status);
        return error == 0 ? status : throw LinuxErrors.Create(error, FileOperation.ReadStatus, Path, name);
    }

    /// <summary>The status of the directory itself.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    internal FileStatus GetStatus()
    {
        var error = StatusRecord.Read(Descriptor, NativeName.Empty, followLink: false, out var status);
        return error == 0 ? status : throw LinuxErrors.Create(error, FileOperation.ReadStatus, Path);
    }

    /// <summary>Refuses what cannot be the name of one entry. Whoever calls with a name from outside checks it first.</summary>
    internal void CheckName(byte[] name, FileOperation operation)
    {
        if (!FileName.IsSafe(name))
            throw FileSystemErrors.UnsafeName(operation, Path.ToString(), name);
    }

    /// <summary>
    /// Throws for the last failed change of an entry, unless a signal interrupted it. Where attributes forbid it, also to root, it says so.
    /// </summary>
    internal void ThrowUnlessInterrupted(FileOperation operation, byte[] name)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error == Errno.EINTR)
            return;
        if (error == Errno.EPERM && StatusRecord.FindLock(Descriptor, NativeName.Empty) is { } ofDirectory)
            throw LinuxErrors.Create(FileSystemFailure.Locked, $"its directory is {ofDirectory}", operation, Path, name);
        if (error == Errno.EPERM && StatusRecord.FindLock(Descriptor, [.. name, 0]) is { } ofEntry)
            throw LinuxErrors.Create(FileSystemFailure.Locked, $"it is {ofEntry}", operation, Path, name);
        throw LinuxErrors.Create(error, operation, Path, name);
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    [SkipLocalsInit]
    private int ReadStatus(byte[] name, bool followLink, out FileStatus status)
    {
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        return StatusRecord.Read(Descriptor, native, followLink, out status);
    }

    // The kernel takes paths of up to 4095 bytes in one call; longer ones are walked in pieces that end at a slash.
    private static FileDescriptor? OpenLongPrefix(ref byte[] path, FileOperation operation, EntryPath displayPath)
    {
        const int longest = 4095;
        FileDescriptor? reached = null;
        while (path.Length > longest)
        {
            var length = path.AsSpan(0, longest).LastIndexOf((byte)'/') + 1;
            byte[] piece = [.. path.AsSpan(0, length), 0];
            if (length == 0)
                break; // a name of more than 4095 bytes: the kernel says so
            var flags = OpenDirectoryFlags | OpenFlags.PathOnly;
            int descriptor;
            while ((descriptor = reached is null ? LibC.Open(piece, flags, 0) : LibC.OpenAt(reached, piece, flags, 0)) < 0)
                ThrowAfterDisposing(reached, operation, displayPath);
            reached?.Dispose();
            reached = new FileDescriptor(descriptor);
            path = path[length..].AsSpan().TrimStart((byte)'/').ToArray();
            if (path.Length == 0)
                path = [(byte)'.'];
        }

        return reached;
    }

    private static void ThrowAfterDisposing(FileDescriptor? reached, FileOperation operation, EntryPath displayPath)
    {
        if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            reached?.Dispose();
        LinuxErrors.ThrowUnlessInterrupted(operation, displayPath);
    }
}

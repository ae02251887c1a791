using System.Runtime.InteropServices;
using System.Text;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Linux;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// Opens what is below a directory by names relative to it, never through a link: by openat2(2), and where the kernel lacks it or a sandbox
/// forbids it, component by component. Thread-safe.
/// </summary>
internal sealed class ConfinedDirectory : IDisposable
{
    private const int NameBufferSize = 512;

    private readonly FileDescriptor _root;
    private readonly bool _byComponents;

    /// <summary>Takes the directory over.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="byComponents">Whether not even to try openat2.</param>
    public ConfinedDirectory(FileDescriptor root, bool byComponents = false)
    {
        _root = root;
        _byComponents = byComponents || !CanOpenBeneath();
    }

    /// <summary>Opens a name.</summary>
    /// <param name="name">The name; empty for the directory itself.</param>
    /// <param name="flags">Flags of open(2), with which a link at the end is never followed.</param>
    /// <param name="mode">The permissions of a new file.</param>
    /// <exception cref="ObstacleException">The name leads through something that is not a directory.</exception>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public FileDescriptor Open(string name, int flags, uint mode = 0)
    {
        var descriptor = TryOpen(name, flags, mode, out var error);
        if (descriptor is not null)
            return descriptor;
        if (error is Errno.ELOOP or Errno.ENOTDIR && FindObstacle(name, flags) is { } obstacle)
            throw obstacle;
        throw Failure(error, name);
    }

    /// <summary>Opens what stands under a name, whatever it is, for no more than to look at it.</summary>
    public FileDescriptor OpenEntry(string name) => Open(name, OpenFlags.PathOnly);

    /// <summary>Opens a directory to list or flush it.</summary>
    public FileDescriptor OpenDirectory(string name) => Open(name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NonBlocking);

    /// <summary>Opens a directory to reach its entries.</summary>
    public FileDescriptor OpenForSearch(string name) => Open(name, OpenFlags.PathOnly | OpenFlags.Directory);

    public void Dispose() => _root.Dispose();

    /// <summary>The exception for an error number; its message has the system's words, and its result code is the number.</summary>
    public static Exception Failure(int error, string name)
    {
        var reason = $"{LinuxErrors.ReasonOf(error)}.";
        return error switch
        {
            Errno.ENOENT => new FileNotFoundException(reason, name),
            Errno.EACCES or Errno.EPERM => new UnauthorizedAccessException(reason),
            _ => new IOException(reason, error),
        };
    }

    /// <summary>The status of an open entry.</summary>
    public static FileStatus StatusOf(FileDescriptor entry, string name)
    {
        var error = StatusRecord.Read(entry, NativeName.Empty, followLink: false, out var status);
        return error == 0 ? status : throw Failure(error, name);
    }

    private FileDescriptor? TryOpen(string name, int flags, uint mode, out int error)
    {
        flags |= OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        return _byComponents ? OpenByComponents(name, flags, mode, out error) : OpenBeneath(name, flags, mode, out error);
    }

    private FileDescriptor? OpenBeneath(string name, int flags, uint mode, out int error)
    {
        var native = Terminate(name.Length == 0 ? "." : name, stackalloc byte[NameBufferSize]);
        nint descriptor;
        do
        {
            descriptor = SystemCall.OpenBeneath(_root, native, flags, mode);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Errno.EINTR);
        return error == 0 ? new FileDescriptor((int)descriptor) : null;
    }

    private FileDescriptor? OpenByComponents(string name, int flags, uint mode, out int error)
    {
        if (name.Length == 0)
            return OpenComponent(_root, ".", flags, mode, out error);
        FileDescriptor? reached = null;
        try
        {
            var parts = name.Split('/');
            foreach (var part in parts[..^1])
            {
                var next = OpenComponent(reached ?? _root, part, OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0, out error);
                reached?.Dispose();
                reached = next;
                if (reached is null)
                    return null;
            }

            return OpenComponent(reached ?? _root, parts[^1], flags, mode, out error);
        }
        finally
        {
            reached?.Dispose();
        }
    }

    private static FileDescriptor? OpenComponent(FileDescriptor directory, string name, int flags, uint mode, out int error)
    {
        var native = Terminate(name, stackalloc byte[NameBufferSize]);
        if (name == "..")
        {
            error = Errno.ELOOP;
            return null;
        }

        int descriptor;
        do
        {
            descriptor = LibC.OpenAt(directory, native, flags, mode);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Errno.EINTR);
        return error == 0 ? new FileDescriptor(descriptor) : null;
    }

    /// <summary>A kernel before 5.6 does not know openat2, and some sandboxes forbid what they do not know.</summary>
    private bool CanOpenBeneath()
    {
        using var self = OpenBeneath("", OpenFlags.PathOnly | OpenFlags.CloseOnExec, 0, out var error);
        return error is not (Errno.ENOSYS or Errno.EPERM or Errno.EACCES);
    }

    /// <summary>The first part of a name that is not what a way to something must be; null when it has become so meanwhile.</summary>
    private ObstacleException? FindObstacle(string name, int flags)
    {
        for (var end = name.IndexOf('/'); ; end = name.IndexOf('/', end + 1))
        {
            var part = end < 0 ? name : name[..end];
            using var entry = TryOpen(part, OpenFlags.PathOnly, 0, out _);
            if (entry is null)
                return null;
            var kind = StatusOf(entry, part).Kind;
            if (kind != FileKind.Directory && (end >= 0 || kind != FileKind.File || (flags & OpenFlags.Directory) != 0))
                return new ObstacleException(part, kind);
            if (end < 0)
                return null;
        }
    }

    private static ReadOnlySpan<byte> Terminate(string name, Span<byte> buffer)
    {
        if (Encoding.UTF8.GetMaxByteCount(name.Length) >= buffer.Length)
            buffer = new byte[Encoding.UTF8.GetMaxByteCount(name.Length) + 1];
        var length = Encoding.UTF8.GetBytes(name, buffer);
        buffer[length] = 0;
        return buffer[..(length + 1)];
    }
}

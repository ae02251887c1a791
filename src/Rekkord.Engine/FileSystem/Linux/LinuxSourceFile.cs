using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>A regular file opened for reading on Linux.</summary>
internal sealed class LinuxSourceFile : SourceFile
{
    /// <summary>From this size on, telling the kernel to read ahead further is worth the call.</summary>
    private const long ReadAheadSize = 1024 * 1024;

    private readonly FileDescriptor _descriptor;
    private readonly EntryPath _directory;
    private readonly byte[] _name;

    private LinuxSourceFile(FileDescriptor descriptor, EntryPath directory, byte[] name, FileStatus status)
    {
        _descriptor = descriptor;
        _directory = directory;
        _name = name;
        StatusAtOpening = status;
    }

    /// <inheritdoc/>
    public override FileStatus StatusAtOpening { get; }

    /// <summary>Opens an entry whose name has been checked.</summary>
    /// <exception cref="FileSystemException">It is not a regular file, or the system refused.</exception>
    [SkipLocalsInit]
    internal static LinuxSourceFile Open(LinuxDirectory directory, byte[] name, bool followLink)
    {
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        var flags = OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec
            | OpenFlags.NoAccessTime | (followLink ? 0 : OpenFlags.NoFollow);
        int descriptor;
        while ((descriptor = LibC.OpenAt(directory.Descriptor, native, flags, 0)) < 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EPERM when (flags & OpenFlags.NoAccessTime) != 0: // only the owner and root may leave the access time alone
                    flags &= ~OpenFlags.NoAccessTime;
                    break;
                case Errno.ELOOP when !followLink:
                    throw NotRegular(directory.Path, name, FileKind.SymbolicLink);
                case Errno.EAGAIN:
                    return OpenLeased(directory, native, name, flags);
                default:
                    LinuxErrors.ThrowUnlessInterrupted(FileOperation.OpenFile, directory.Path, name);
                    break;
            }
        }

        return FromDescriptor(new FileDescriptor(descriptor), directory, name);
    }

    /// <inheritdoc/>
    public override FileStatus GetStatus()
    {
        var error = StatusRecord.Read(_descriptor, NativeName.Empty, followLink: false, out var status);
        return error == 0 ? status : throw LinuxErrors.Create(error, FileOperation.ReadStatus, _directory, _name);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var rest = buffer[total..];
            var length = LibC.PositionedRead(_descriptor, rest, rest.Length, offset + total);
            if (length < 0)
                LinuxErrors.ThrowUnlessInterrupted(FileOperation.ReadFile, _directory, _name);
            else if (length == 0)
                break;
            else
                total += (int)length;

            // Less than asked for, up to where the file ended when it was opened: no second call to hear that it still ends there.
            if (length < rest.Length && offset + total == StatusAtOpening.Size)
                break;
        }

        return total;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ByteRange> GetDataRanges(long size)
    {
        var dense = StatusAtOpening.AllocatedSize >= StatusAtOpening.Size && size <= StatusAtOpening.Size;
        return size > 0 && (dense || size <= DataRanges.SmallestHole)
            ? [new ByteRange(0, size)]
            : DataRanges.Find(_descriptor, size, _directory, _name);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(Action<FileSystemException>? refused = null) =>
        AttributeSource.Of(_descriptor, _directory, _name).ReadAll(refused);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _descriptor.Dispose();
    }

    // Another process (a file server, often) holds a lease on the file and must be given the time to hand it back, so this
    // open has to wait. What it waits for is named by a handle first and known to be a regular file: nothing swapped in blocks it.
    private static LinuxSourceFile OpenLeased(LinuxDirectory directory, ReadOnlySpan<byte> native, byte[] name, int flags)
    {
        var pathOnly = OpenFlags.PathOnly | OpenFlags.CloseOnExec | (flags & OpenFlags.NoFollow);
        int descriptor;
        while ((descriptor = LibC.OpenAt(directory.Descriptor, native, pathOnly, 0)) < 0)
            LinuxErrors.ThrowUnlessInterrupted(FileOperation.OpenFile, directory.Path, name);
        using var entry = new FileDescriptor(descriptor);
        CheckedStatus(entry, directory.Path, name);

        var path = NativeName.ThroughProc(entry);
        while ((descriptor = LibC.Open(path, flags & ~(OpenFlags.NonBlocking | OpenFlags.NoFollow), 0)) < 0)
            LinuxErrors.ThrowUnlessInterrupted(FileOperation.OpenFile, directory.Path, name);
        return FromDescriptor(new FileDescriptor(descriptor), directory, name);
    }

    private static LinuxSourceFile FromDescriptor(FileDescriptor descriptor, LinuxDirectory directory, byte[] name)
    {
        try
        {
            var status = CheckedStatus(descriptor, directory.Path, name);
            if (status.Size >= ReadAheadSize)
                _ = LibC.Advise(descriptor, 0, 0, LibC.AdviceSequential); // advice: whether it is taken changes no result
            return new LinuxSourceFile(descriptor, directory.Path, name, status);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    private static FileStatus CheckedStatus(FileDescriptor descriptor, EntryPath directory, byte[] name)
    {
        var error = StatusRecord.Read(descriptor, NativeName.Empty, followLink: false, out var status);
        if (error != 0)
            throw LinuxErrors.Create(error, FileOperation.ReadStatus, directory, name);
        return status.Kind == FileKind.File ? status : throw NotRegular(directory, name, status.Kind);
    }

    private static FileSystemException NotRegular(EntryPath directory, byte[] name, FileKind kind) => LinuxErrors.Create(
        FileSystemFailure.NotARegularFile, FileSystemErrors.DescribeKind(kind), FileOperation.OpenFile, directory, name);
}

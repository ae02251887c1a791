using System.Runtime.InteropServices;

// System libraries come from the system's directories, never from beside the module.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Rekkord.Engine.Platform;

/// <summary>
/// The C library's calls, each declared here and nowhere else: those on files in this part, those on processes and accounts in two others.
/// Names and paths are NUL-terminated spans. Types are those of 64-bit Linux, where off_t, time_t and size_t have 64 bits; macOS is
/// given the calls that have the same form there.
/// </summary>
internal static partial class LibC
{
    private const string Library = "libc";

    /// <summary>Flag of the *at calls: the entry itself, if it is a link.</summary>
    internal const int SymlinkNoFollow = 0x100;

    /// <summary>Flag of the *at calls: do not trigger automounts.</summary>
    internal const int NoAutomount = 0x800;

    /// <summary>Flag of the *at calls: the name is empty and the handle itself is meant.</summary>
    internal const int EmptyPath = 0x1000;

    internal const int SeekSet = 0;
    internal const int SeekData = 3;
    internal const int SeekHole = 4;

    internal const int LockExclusive = 2;
    internal const int Unlock = 8;
    internal const int LockWithoutWaiting = 4;

    /// <summary>For <see cref="ChangeOwner"/> and its like: leaves an owner as it is.</summary>
    internal const uint UnchangedId = uint.MaxValue;

    /// <summary>For <see cref="CheckAccess"/>: X_OK.</summary>
    internal const int ExecuteAccess = 1;

    /// <summary>POSIX_FADV_SEQUENTIAL.</summary>
    internal const int AdviceSequential = 2;

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    internal static partial int Open(ReadOnlySpan<byte> path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    internal static partial int OpenAt(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Flush(SafeHandle file);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "dup", SetLastError = true)]
    internal static partial int Duplicate(FileDescriptor file);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    internal static partial nint PositionedRead(FileDescriptor file, Span<byte> buffer, nint length, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint PositionedWrite(FileDescriptor file, ReadOnlySpan<byte> buffer, nint length, long offset);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(SafeHandle file, long offset, int whence);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(FileDescriptor file, long size);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeHandle file, int operation);

    /// <summary>Returns the error number instead of setting it.</summary>
    [LibraryImport(Library, EntryPoint = "posix_fadvise")]
    internal static partial int Advise(FileDescriptor file, long offset, long length, int advice);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    internal static partial nint ReadLinkAt(FileDescriptor directory, ReadOnlySpan<byte> name, Span<byte> buffer, nint length);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    internal static partial int MakeDirectoryAt(FileDescriptor directory, ReadOnlySpan<byte> name, uint mode);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    internal static partial int SymbolicLinkAt(ReadOnlySpan<byte> target, FileDescriptor directory, ReadOnlySpan<byte> name);

    /// <summary>Without flags it links a symbolic link itself, which on macOS link(2) does not.</summary>
    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    internal static partial int LinkAt(
        FileDescriptor oldDirectory, ReadOnlySpan<byte> oldName, FileDescriptor newDirectory, ReadOnlySpan<byte> newName, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    internal static partial int RenameAt(
        FileDescriptor oldDirectory, ReadOnlySpan<byte> oldName, FileDescriptor newDirectory, ReadOnlySpan<byte> newName);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    internal static partial int UnlinkAt(FileDescriptor directory, ReadOnlySpan<byte> name, int flags);

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    internal static partial int GetFileSystemStatus(FileDescriptor file, out FileSystemRecord status);

    [LibraryImport(Library, EntryPoint = "statvfs", SetLastError = true)]
    internal static partial int GetMountStatus(ReadOnlySpan<byte> path, Span<byte> status);

    [LibraryImport(Library, EntryPoint = "faccessat", SetLastError = true)]
    internal static partial int CheckAccess(FileDescriptor directory, ReadOnlySpan<byte> path, int access, int flags);

    [LibraryImport(Library, EntryPoint = "fchown", SetLastError = true)]
    internal static partial int ChangeOwner(FileDescriptor file, uint userId, uint groupId);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    internal static partial int ChangeOwnerAt(FileDescriptor directory, ReadOnlySpan<byte> name, uint userId, uint groupId, int flags);

    [LibraryImport(Library, EntryPoint = "lchown", SetLastError = true)]
    internal static partial int ChangeOwnerNoFollow(ReadOnlySpan<byte> path, uint userId, uint groupId);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(FileDescriptor file, uint mode);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true)]
    internal static partial int ChangeMode(ReadOnlySpan<byte> path, uint mode);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    internal static partial int SetTimes(FileDescriptor file, ReadOnlySpan<TimeSpecification> times);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int SetTimesAt(
        FileDescriptor directory, ReadOnlySpan<byte> name, ReadOnlySpan<TimeSpecification> times, int flags);

    [LibraryImport(Library, EntryPoint = "flistxattr", SetLastError = true)]
    internal static partial nint ListAttributes(FileDescriptor file, Span<byte> list, nint size);

    [LibraryImport(Library, EntryPoint = "listxattr", SetLastError = true)]
    internal static partial nint ListAttributes(ReadOnlySpan<byte> path, Span<byte> list, nint size);

    [LibraryImport(Library, EntryPoint = "llistxattr", SetLastError = true)]
    internal static partial nint ListAttributesNoFollow(ReadOnlySpan<byte> path, Span<byte> list, nint size);

    [LibraryImport(Library, EntryPoint = "fgetxattr", SetLastError = true)]
    internal static partial nint GetAttribute(FileDescriptor file, ReadOnlySpan<byte> attribute, Span<byte> value, nint size);

    [LibraryImport(Library, EntryPoint = "getxattr", SetLastError = true)]
    internal static partial nint GetAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, Span<byte> value, nint size);

    [LibraryImport(Library, EntryPoint = "lgetxattr", SetLastError = true)]
    internal static partial nint GetAttributeNoFollow(
        ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, Span<byte> value, nint size);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    internal static partial int SetAttribute(
        FileDescriptor file, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value, nint size, int flags);

    [LibraryImport(Library, EntryPoint = "lsetxattr", SetLastError = true)]
    internal static partial int SetAttributeNoFollow(
        ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value, nint size, int flags);

    [LibraryImport(Library, EntryPoint = "fremovexattr", SetLastError = true)]
    internal static partial int RemoveAttribute(FileDescriptor file, ReadOnlySpan<byte> attribute);

    [LibraryImport(Library, EntryPoint = "lremovexattr", SetLastError = true)]
    internal static partial int RemoveAttributeNoFollow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute);

    /// <summary>listxattr(2) of macOS, with options.</summary>
    [LibraryImport(Library, EntryPoint = "listxattr", SetLastError = true)]
    internal static partial nint DarwinListAttributes(ReadOnlySpan<byte> path, Span<byte> list, nint size, int options);

    /// <summary>getxattr(2) of macOS, with a position and options.</summary>
    [LibraryImport(Library, EntryPoint = "getxattr", SetLastError = true)]
    internal static partial nint DarwinGetAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, Span<byte> value, nint size, uint position, int options);

    /// <summary>setxattr(2) of macOS, with a position and options.</summary>
    [LibraryImport(Library, EntryPoint = "setxattr", SetLastError = true)]
    internal static partial int DarwinSetAttribute(
        ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value, nint size, uint position, int options);

    /// <summary>stat(2) of macOS. On Intel the plain name is that of an old struct with 32-bit inode numbers.</summary>
    internal static int DarwinStat(ReadOnlySpan<byte> path, out DarwinStatRecord record) =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? StatX64(path, out record) : StatArm64(path, out record);

    /// <summary>lstat(2) of macOS.</summary>
    internal static int DarwinLinkStat(ReadOnlySpan<byte> path, out DarwinStatRecord record) =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? LinkStatX64(path, out record) : LinkStatArm64(path, out record);

    [LibraryImport(Library, EntryPoint = "stat", SetLastError = true)]
    private static partial int StatArm64(ReadOnlySpan<byte> path, out DarwinStatRecord record);

    [LibraryImport(Library, EntryPoint = "stat$INODE64", SetLastError = true)]
    private static partial int StatX64(ReadOnlySpan<byte> path, out DarwinStatRecord record);

    [LibraryImport(Library, EntryPoint = "lstat", SetLastError = true)]
    private static partial int LinkStatArm64(ReadOnlySpan<byte> path, out DarwinStatRecord record);

    [LibraryImport(Library, EntryPoint = "lstat$INODE64", SetLastError = true)]
    private static partial int LinkStatX64(ReadOnlySpan<byte> path, out DarwinStatRecord record);

    /// <summary>struct timespec.</summary>
    /// <param name="Seconds">Since 1970, UTC.</param>
    /// <param name="Nanoseconds">Within the second, or <see cref="Omit"/>.</param>
    internal readonly record struct TimeSpecification(long Seconds, long Nanoseconds)
    {
        /// <summary>UTIME_OMIT: leave this time as it is.</summary>
        internal const long Omit = (1L << 30) - 2;
    }

    [LibraryImport(Library, EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeFifo(string path, uint mode);
}

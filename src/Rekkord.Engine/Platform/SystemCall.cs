using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>
/// Calls that go to the kernel directly, because C libraries that .NET runs on lack them (glibc before 2.28 statx and
/// renameat2, before 2.30 getdents64, before 2.33 mknodat; musl before 1.2.5 statx and renameat2).
/// </summary>
internal static partial class SystemCall
{
    private const uint RenameNoReplace = 1;

    // Calls that are younger than 2019 have one number on all architectures.
    private const nint OpenAt2 = 437;
    private const ulong ResolveNoMagicLinks = 0x02;
    private const ulong ResolveNoSymbolicLinks = 0x04;
    private const ulong ResolveBeneath = 0x08;

    private static readonly CallNumbers Numbers = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new(GetDirectoryEntries: 217, Statx: 332, Rename: 316, MakeNode: 259),
        Architecture.S390x => new(GetDirectoryEntries: 220, Statx: 379, Rename: 347, MakeNode: 290),
        Architecture.Ppc64le => new(GetDirectoryEntries: 202, Statx: 383, Rename: 357, MakeNode: 288),
        _ => new(GetDirectoryEntries: 61, Statx: 291, Rename: 276, MakeNode: 33), // asm-generic: Arm64, RiscV64, LoongArch64
    };

    /// <summary>Reads a row of struct linux_dirent64; the bytes read, 0 at the end, -1 on error.</summary>
    internal static nint GetDirectoryEntries(FileDescriptor directory, Span<byte> buffer) =>
        Call(Numbers.GetDirectoryEntries, directory, buffer, buffer.Length);

    /// <summary>Reads an entry's status; -1 on error.</summary>
    internal static nint Statx(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, uint mask, out StatxRecord status) =>
        Call(Numbers.Statx, directory, name, flags, (nint)mask, out status);

    /// <summary>Renames unless the new name is taken (EEXIST); EINVAL when the file system cannot; -1 on error.</summary>
    internal static nint RenameUnlessTaken(FileDescriptor directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> newName) =>
        Call(Numbers.Rename, directory, name, directory, newName, (nint)RenameNoReplace);

    /// <summary>Makes a fifo or a device node; -1 on error.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="mode">File type and permissions.</param>
    /// <param name="device">Major in the upper, minor in the lower 32 bits.</param>
    internal static nint MakeNode(FileDescriptor directory, ReadOnlySpan<byte> name, uint mode, ulong device)
    {
        var (major, minor) = ((uint)(device >> 32), (uint)device);
        var encoded = (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12); // new_encode_dev of linux/kdev_t.h
        return Call(Numbers.MakeNode, directory, name, (nint)mode, (nint)encoded);
    }

    /// <summary>
    /// Opens what is below a directory, through directories alone: ELOOP when a link is on the way, or at the end unless the flags say to
    /// open the link itself. The descriptor; -1 on error, ENOSYS before Linux 5.6.
    /// </summary>
    internal static nint OpenBeneath(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, uint mode) =>
        Call(OpenAt2, directory, name, new OpenHow((ulong)flags, mode, ResolveBeneath | ResolveNoSymbolicLinks | ResolveNoMagicLinks), OpenHow.Size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, FileDescriptor directory, Span<byte> buffer, nint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, FileDescriptor directory, ReadOnlySpan<byte> name, in OpenHow how, nint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, FileDescriptor directory, ReadOnlySpan<byte> name, nint mode, nint device);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(
        nint number, FileDescriptor directory, ReadOnlySpan<byte> name, nint flags, nint mask, out StatxRecord status);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(
        nint number, FileDescriptor oldDirectory, ReadOnlySpan<byte> oldName, FileDescriptor newDirectory, ReadOnlySpan<byte> newName,
        nint flags);

    /// <summary>struct open_how.</summary>
    private readonly record struct OpenHow(ulong Flags, ulong Mode, ulong Resolve)
    {
        internal const int Size = 24;
    }

    private sealed record CallNumbers(nint GetDirectoryEntries, nint Statx, nint Rename, nint MakeNode);
}

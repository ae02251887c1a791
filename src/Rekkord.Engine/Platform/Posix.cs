using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>Calls of the C library that have the same form on Linux and macOS, where .NET offers none.</summary>
internal static partial class Posix
{
    private const string Library = "libc";

    internal const int EINTR = 4;
    internal const int ERANGE = 34;

    /// <summary>Leaves an owner as it is.</summary>
    internal const uint UnchangedId = uint.MaxValue;

    /// <summary>AT_FDCWD: paths are not relative to a handle.</summary>
    internal static readonly int NoDirectory = OperatingSystem.IsMacOS() ? -2 : -100;

    /// <summary>Without flags it links a symbolic link itself, which on macOS link(2) does not.</summary>
    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    internal static partial int LinkAt(
        int existingDirectory, ReadOnlySpan<byte> existingPath, int directory, ReadOnlySpan<byte> path, int flags);

    [LibraryImport(Library, EntryPoint = "lchown", SetLastError = true)]
    internal static partial int ChangeOwnerNoFollow(ReadOnlySpan<byte> path, uint userId, uint groupId);

    /// <summary>Returns the error number; <paramref name="result"/> is 0 when there is no such user.</summary>
    [LibraryImport(Library, EntryPoint = "getpwuid_r")]
    internal static partial int GetUserById(uint id, out AccountRecord record, Span<byte> buffer, nint size, out nint result);

    /// <inheritdoc cref="GetUserById"/>
    [LibraryImport(Library, EntryPoint = "getpwnam_r")]
    internal static partial int GetUserByName(
        ReadOnlySpan<byte> name, out AccountRecord record, Span<byte> buffer, nint size, out nint result);

    /// <summary>Returns the error number; <paramref name="result"/> is 0 when there is no such group.</summary>
    [LibraryImport(Library, EntryPoint = "getgrgid_r")]
    internal static partial int GetGroupById(uint id, out AccountRecord record, Span<byte> buffer, nint size, out nint result);

    /// <inheritdoc cref="GetGroupById"/>
    [LibraryImport(Library, EntryPoint = "getgrnam_r")]
    internal static partial int GetGroupByName(
        ReadOnlySpan<byte> name, out AccountRecord record, Span<byte> buffer, nint size, out nint result);

    /// <summary>
    /// The start that struct passwd and struct group share everywhere: name, password, number. The size leaves room for what
    /// follows (the largest, macOS's passwd, has 72 bytes).
    /// </summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    internal readonly struct AccountRecord
    {
        internal readonly nint Name;
        internal readonly nint Password;
        internal readonly uint Id;
    }
}

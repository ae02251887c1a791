using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <content>Users and groups.</content>
internal static partial class LibC
{
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

    [LibraryImport(Library, EntryPoint = "setpwent")]
    internal static partial void RewindUsers();

    /// <summary>The next user; 0 after the last one. What it points to is overwritten by the next call.</summary>
    [LibraryImport(Library, EntryPoint = "getpwent")]
    internal static partial nint NextUser();

    [LibraryImport(Library, EntryPoint = "endpwent")]
    internal static partial void EndUsers();

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    /// <summary>
    /// The start of struct passwd and struct group, which is the same on 64-bit Linux and macOS. The size leaves room for what follows (the
    /// largest, macOS's passwd, has 72 bytes).
    /// </summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    internal readonly struct AccountRecord
    {
        internal readonly nint Name;
        internal readonly nint Password;
        internal readonly uint Id;

        /// <summary>Of a user.</summary>
        internal readonly uint PrimaryGroup;

        /// <summary>Of a group: names, with 0 after the last one.</summary>
        internal readonly nint Members;
    }
}

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Rekkord.Engine.Platform;

/// <summary>
/// The machine's users and groups, from wherever its name service has them. Answers are kept for the life of the process:
/// a lookup may go over the network, and a tree has few owners. Thread-safe.
/// </summary>
internal static class AccountDatabase
{
    private const int FirstBufferSize = 4096;
    private const int LargestBufferSize = 16 * 1024 * 1024;

    private static readonly ConcurrentDictionary<uint, string?> UserNames = new();
    private static readonly ConcurrentDictionary<uint, string?> GroupNames = new();
    private static readonly ConcurrentDictionary<string, uint?> UserIds = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, uint?> GroupIds = new(StringComparer.Ordinal);

    private delegate int Query(out Posix.AccountRecord record, Span<byte> buffer, out nint result);

    /// <summary>A user's name, null when the machine knows none.</summary>
    internal static string? GetUserName(uint id) => UserNames.GetOrAdd(id, static id => Find(
        (out Posix.AccountRecord record, Span<byte> buffer, out nint result) =>
            Posix.GetUserById(id, out record, buffer, buffer.Length, out result))?.Name);

    /// <summary>A group's name, null when the machine knows none.</summary>
    internal static string? GetGroupName(uint id) => GroupNames.GetOrAdd(id, static id => Find(
        (out Posix.AccountRecord record, Span<byte> buffer, out nint result) =>
            Posix.GetGroupById(id, out record, buffer, buffer.Length, out result))?.Name);

    /// <summary>A user's number, null when the machine does not know the name.</summary>
    internal static uint? FindUser(string name) => FindId(name, UserIds, static name => Find(
        (out Posix.AccountRecord record, Span<byte> buffer, out nint result) =>
            Posix.GetUserByName(Terminate(name), out record, buffer, buffer.Length, out result))?.Id);

    /// <summary>A group's number, null when the machine does not know the name.</summary>
    internal static uint? FindGroup(string name) => FindId(name, GroupIds, static name => Find(
        (out Posix.AccountRecord record, Span<byte> buffer, out nint result) =>
            Posix.GetGroupByName(Terminate(name), out record, buffer, buffer.Length, out result))?.Id);

    // A name with a NUL, out of a hostile repository, would be looked up as the part before it.
    private static uint? FindId(string name, ConcurrentDictionary<string, uint?> known, Func<string, uint?> find) =>
        name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) ? null : known.GetOrAdd(name, find);

    private static byte[] Terminate(string name) => Encoding.UTF8.GetBytes(name + '\0');

    private static (string Name, uint Id)? Find(Query query)
    {
        for (var size = FirstBufferSize; ;)
        {
            var buffer = GC.AllocateUninitializedArray<byte>(size, pinned: true); // the record points into it
            var error = query(out var record, buffer, out var result);
            var name = error == 0 && result != 0 ? Marshal.PtrToStringUTF8(record.Name) : null;
            GC.KeepAlive(buffer);
            if (!string.IsNullOrEmpty(name))
                return (name, record.Id);
            if (error == Posix.ERANGE && size < LargestBufferSize)
                size *= 2; // groups list their members
            else if (error != Posix.EINTR)
                return null;
        }
    }
}

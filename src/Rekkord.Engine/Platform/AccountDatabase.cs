using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>A user of this machine.</summary>
internal readonly record struct UserAccount(string Name, uint Id, uint PrimaryGroup);

/// <summary>A group of this machine, with the users that it lists; those whose primary group it is are mostly not listed.</summary>
internal readonly record struct GroupAccount(string Name, uint Id, IReadOnlyList<string> Members);

/// <summary>
/// The machine's users and groups, from wherever its name service has them. What a file's owner is called is kept for the life of the
/// process: a lookup may go over the network, and a tree has few owners. Thread-safe.
/// </summary>
internal static class AccountDatabase
{
    private const int FirstBufferSize = 4096;
    private const int LargestBufferSize = 16 * 1024 * 1024;

    // The position in the list of accounts is one for the whole process.
    private static readonly Lock Listing = new();

    private static readonly ConcurrentDictionary<uint, string?> UserNames = new();
    private static readonly ConcurrentDictionary<uint, string?> GroupNames = new();
    private static readonly ConcurrentDictionary<string, uint?> UserIds = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, uint?> GroupIds = new(StringComparer.Ordinal);

    private delegate int Query(out LibC.AccountRecord record, Span<byte> buffer, out nint result);

    /// <summary>A user's name, null when the machine knows none.</summary>
    internal static string? GetUserName(uint id) => UserNames.GetOrAdd(id, static id => ReadUser(id)?.Name);

    /// <summary>A group's name, null when the machine knows none.</summary>
    internal static string? GetGroupName(uint id) => GroupNames.GetOrAdd(id, static id => ReadGroup(id)?.Name);

    /// <summary>A user's number, null when the machine does not know the name.</summary>
    internal static uint? FindUser(string name) => FindId(name, UserIds, static name => ReadUser(
        (out LibC.AccountRecord record, Span<byte> buffer, out nint result) =>
            LibC.GetUserByName(NativeName.FromText(name), out record, buffer, buffer.Length, out result))?.Id);

    /// <summary>A group's number, null when the machine does not know the name.</summary>
    internal static uint? FindGroup(string name) => FindId(name, GroupIds, static name => ReadGroup(
        (out LibC.AccountRecord record, Span<byte> buffer, out nint result) =>
            LibC.GetGroupByName(NativeName.FromText(name), out record, buffer, buffer.Length, out result))?.Id);

    /// <summary>A user as the machine has it now; null when there is none.</summary>
    internal static UserAccount? ReadUser(uint id) => ReadUser(
        (out LibC.AccountRecord record, Span<byte> buffer, out nint result) =>
            LibC.GetUserById(id, out record, buffer, buffer.Length, out result));

    /// <summary>A group as the machine has it now; null when there is none.</summary>
    internal static GroupAccount? ReadGroup(uint id) => ReadGroup(
        (out LibC.AccountRecord record, Span<byte> buffer, out nint result) =>
            LibC.GetGroupById(id, out record, buffer, buffer.Length, out result));

    /// <summary>
    /// The users whose primary group it is. A name service that does not list its accounts (most directories by default) is asked in
    /// vain: its users are not among them.
    /// </summary>
    internal static IReadOnlyList<uint> UsersOfPrimaryGroup(uint group)
    {
        List<uint> users = [];
        lock (Listing)
        {
            LibC.RewindUsers();
            for (var found = LibC.NextUser(); found != 0; found = LibC.NextUser())
            {
                var record = Marshal.PtrToStructure<LibC.AccountRecord>(found);
                if (record.PrimaryGroup == group)
                    users.Add(record.Id);
            }

            LibC.EndUsers();
        }

        return users;
    }

    // A name with a NUL, out of a hostile repository, would be looked up as the part before it.
    private static uint? FindId(string name, ConcurrentDictionary<string, uint?> known, Func<string, uint?> find) =>
        name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) ? null : known.GetOrAdd(name, find);

    private static UserAccount? ReadUser(Query query) =>
        Read<UserAccount>(query, static (record, name) => new UserAccount(name, record.Id, record.PrimaryGroup));

    private static GroupAccount? ReadGroup(Query query) =>
        Read<GroupAccount>(query, static (record, name) => new GroupAccount(name, record.Id, ReadMembers(record.Members)));

    private static List<string> ReadMembers(nint list)
    {
        List<string> members = [];
        for (; Marshal.ReadIntPtr(list) is var member and not 0; list += nint.Size)
            members.Add(Marshal.PtrToStringUTF8(member) ?? "");
        return members;
    }

    private static T? Read<T>(Query query, Func<LibC.AccountRecord, string, T> take)
        where T : struct
    {
        for (var size = FirstBufferSize; ;)
        {
            var buffer = GC.AllocateUninitializedArray<byte>(size, pinned: true); // the record points into it
            var error = query(out var record, buffer, out var result);
            var name = error == 0 && result != 0 ? Marshal.PtrToStringUTF8(record.Name) : null;
            T? account = string.IsNullOrEmpty(name) ? null : take(record, name);
            GC.KeepAlive(buffer);
            if (account is not null)
                return account;
            if (error == Errno.ERANGE && size < LargestBufferSize)
                size *= 2; // groups list their members
            else if (error != Errno.EINTR)
                return null;
        }
    }
}

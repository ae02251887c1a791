using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>
/// Privileges that an administrator or backup operator holds, and that do nothing until a program switches them on. They are of the process.
/// They are switched off again when the last that uses them is disposed, unless they were on before.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsPrivileges : IDisposable
{
    /// <summary>Reads every file that is opened with the intent to back it up, whatever its access list says.</summary>
    internal const string Backup = "SeBackupPrivilege";

    /// <summary>Gives files to any owner.</summary>
    internal const string Restore = "SeRestorePrivilege";

    /// <summary>Reads and sets audit lists.</summary>
    internal const string Security = "SeSecurityPrivilege";

    private const uint AdjustPrivileges = 0x20, Query = 0x8; // TOKEN_*
    private const uint Enabled = 2; // SE_PRIVILEGE_ENABLED
    private const int NotAllAssigned = 1300;

    private static readonly Lock Switching = new();
    private static readonly Dictionary<string, int> Users = [];
    private static readonly HashSet<string> OnBefore = [];

    private bool _disposed;

    private WindowsPrivileges(IReadOnlyList<string> names) => Names = names;

    /// <summary>Those of the ones asked for that are on now.</summary>
    internal IReadOnlyList<string> Names { get; }

    /// <summary>Switches on those that the process holds.</summary>
    internal static WindowsPrivileges Use(params string[] names)
    {
        lock (Switching)
            return new WindowsPrivileges([.. names.Where(Take)]);
    }

    /// <summary>Whether somebody uses one now.</summary>
    internal static bool IsUsed(string name)
    {
        lock (Switching)
            return Users.GetValueOrDefault(name) > 0;
    }

    public void Dispose()
    {
        lock (Switching)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (var name in Names.Where(name => --Users[name] == 0 && !OnBefore.Contains(name)))
                TrySwitch(name, on: false, out _);
        }
    }

    private static bool Take(string name)
    {
        var users = Users.GetValueOrDefault(name);
        if (users == 0)
        {
            if (!TrySwitch(name, on: true, out var wasOn))
                return false;
            if (wasOn)
                OnBefore.Add(name);
            else
                OnBefore.Remove(name);
        }

        Users[name] = users + 1;
        return true;
    }

    /// <returns>False when the process does not hold it, or Windows refused.</returns>
    private static bool TrySwitch(string name, bool on, out bool wasOn)
    {
        wasOn = false;
        if (!OpenToken(CurrentProcess(), AdjustPrivileges | Query, out var token))
            return false;
        using (token)
        {
            var wanted = new TokenPrivilege { Count = 1, Attributes = on ? Enabled : 0 };
            if (!Find(null, name, out wanted.Id) || !Adjust(token, false, wanted, Marshal.SizeOf<TokenPrivilege>(), out var before, out _))
                return false;
            // What has not changed is not among what was before.
            wasOn = before.Count == 0;
            return Marshal.GetLastPInvokeError() != NotAllAssigned;
        }
    }

    [LibraryImport("kernel32", EntryPoint = "GetCurrentProcess")]
    private static partial nint CurrentProcess();

    [LibraryImport("advapi32", EntryPoint = "OpenProcessToken", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool OpenToken(nint process, uint desiredAccess, out SafeAccessTokenHandle token);

    [LibraryImport("advapi32", EntryPoint = "LookupPrivilegeValueW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Find(string? system, string name, out long id);

    [LibraryImport("advapi32", EntryPoint = "AdjustTokenPrivileges", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Adjust(
        SafeAccessTokenHandle token, [MarshalAs(UnmanagedType.Bool)] bool disableAll, in TokenPrivilege wanted, int size, out TokenPrivilege before, out int length);
}

/// <summary>TOKEN_PRIVILEGES with one privilege, whose LUID is not aligned.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct TokenPrivilege
{
    internal int Count;
    internal long Id;
    internal uint Attributes;
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Hooks.External;

namespace Rekkord.Engine.Platform;

/// <summary>The system calls that hooks need and .NET does not offer. Layouts are those of Linux and macOS on 64-bit machines.</summary>
internal static unsafe partial class UnixInterop
{
    public const int SigInterrupt = 2, SigKill = 9, SigTerm = 15;
    public static readonly int SigChild = OperatingSystem.IsMacOS() ? 20 : 17;
    public static readonly int SigContinue = OperatingSystem.IsMacOS() ? 19 : 18;

    public const int NoEntry = 2, TooBig = 7, ExecFormat = 8, NoChild = 10, AccessDenied = 13, TextBusy = 26, Interrupted = 4;
    public static readonly int LinkLoop = OperatingSystem.IsMacOS() ? 62 : 40;

    public const int ExecuteAccess = 1;
    private const int CloseOnExec = 0x80000; // O_CLOEXEC on Linux
    private const int GetDescriptorFlags = 1, SetDescriptorFlags = 2, DescriptorCloseOnExec = 1; // F_GETFD, F_SETFD, FD_CLOEXEC
    private const int WaitExited = 4; // WEXITED, the same on both
    private static readonly int WaitWithoutReaping = OperatingSystem.IsMacOS() ? 0x20 : 0x0100_0000; // WNOWAIT

    public const short PollIn = 1, PollError = 8, PollHangUp = 16;

    // The position in the list of accounts is one for the whole process.
    private static readonly Lock AccountListing = new();

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>What trust is decided by.</summary>
    public readonly record struct FileOwnership(uint Mode, uint User, uint Group)
    {
        public bool IsDirectory => (Mode & 0xF000) == 0x4000;

        public bool IsRegular => (Mode & 0xF000) == 0x8000;

        public bool IsLink => (Mode & 0xF000) == 0xA000;

        public bool IsSticky => (Mode & 0x200) != 0;

        public bool GroupCanWrite => (Mode & 0x10) != 0;

        public bool OthersCanWrite => (Mode & 0x2) != 0;
    }

    /// <summary>Reads type, mode and owner of a path, following a link at its end or not.</summary>
    /// <returns>0, or the error number.</returns>
    public static int GetOwnership(string path, bool followLink, out FileOwnership ownership)
    {
        // statx is 256 bytes with uid, gid and mode at 20, 24 and 28; macOS's stat has mode, uid and gid at 4, 16 and 20.
        var buffer = stackalloc byte[256];
        ownership = default;
        if (OperatingSystem.IsMacOS())
        {
            if ((followLink ? MacStat(path, buffer) : MacLStat(path, buffer)) != 0)
                return Marshal.GetLastPInvokeError();
            ownership = new FileOwnership(*(ushort*)(buffer + 4), *(uint*)(buffer + 16), *(uint*)(buffer + 20));
            return 0;
        }

        const int atCurrentDirectory = -100, noFollow = 0x100, typeModeUserGroup = 0x1B;
        if (StatX(atCurrentDirectory, path, followLink ? 0 : noFollow, typeModeUserGroup, buffer) != 0)
            return Marshal.GetLastPInvokeError();
        ownership = new FileOwnership(*(ushort*)(buffer + 28), *(uint*)(buffer + 20), *(uint*)(buffer + 24));
        return 0;
    }

    /// <summary>Whether the effective user may do something with a file; 0, or the error number.</summary>
    public static int CheckAccess(string path, int mode)
    {
        var (currentDirectory, effective) = OperatingSystem.IsMacOS() ? (-2, 0x10) : (-100, 0x200);
        return FAccessAt(currentDirectory, path, mode, effective) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Whether programs may not run from where a file lies. Not looked for on macOS.</summary>
    public static bool IsOnNoExecMount(string path)
    {
        // statvfs on 64-bit Linux: nine fields of eight bytes, then f_flag; ST_NOEXEC is 8.
        const int flagOffset = 72, noExec = 8;
        var result = stackalloc byte[256];
        return OperatingSystem.IsLinux() && StatVfs(path, result) == 0 && (*(ulong*)(result + flagOffset) & noExec) != 0;
    }

    /// <summary>Whether a file has an access control list beyond its mode.</summary>
    public static bool HasAccessControlList(string path) =>
        OperatingSystem.IsLinux() && GetXAttr(path, "system.posix_acl_access", null, 0) > 0;

    /// <summary>A user's name and primary group; null when there is no such user.</summary>
    public static (string Name, uint Group)? FindUser(uint user)
    {
        // passwd: name at 0, uid at 16, gid at 20.
        var record = stackalloc byte[128];
        var text = new byte[16 * 1024];
        fixed (byte* start = text)
        {
            byte* found;
            if (GetPwUid(user, record, start, (nuint)text.Length, &found) != 0 || found is null)
                return null;
            return (Marshal.PtrToStringUTF8(*(nint*)record) ?? "", *(uint*)(record + 20));
        }
    }

    /// <summary>A group's name and its listed members; null when there is no such group.</summary>
    public static (string Name, IReadOnlyList<string> Members)? FindGroup(uint group)
    {
        // group: name at 0, gid at 16, members at 24.
        var record = stackalloc byte[64];
        var text = new byte[64 * 1024];
        fixed (byte* start = text)
        {
            byte* found;
            if (GetGrGid(group, record, start, (nuint)text.Length, &found) != 0 || found is null)
                return null;
            List<string> members = [];
            for (var member = *(nint**)(record + 24); *member != 0; member++)
                members.Add(Marshal.PtrToStringUTF8(*member) ?? "");
            return (Marshal.PtrToStringUTF8(*(nint*)record) ?? "", members);
        }
    }

    /// <summary>
    /// The users whose primary group it is. A name service that does not list its accounts (most directories by default) is asked in
    /// vain: its users are not among them.
    /// </summary>
    public static IReadOnlyList<uint> UsersOfPrimaryGroup(uint group)
    {
        List<uint> users = [];
        lock (AccountListing)
        {
            RewindUsers();
            for (var record = NextUser(); record is not null; record = NextUser())
                if (*(uint*)(record + 20) == group)
                    users.Add(*(uint*)(record + 16));
            EndUsers();
        }

        return users;
    }

    /// <summary>A pipe that no program started meanwhile inherits.</summary>
    /// <exception cref="StartFailedException">The process has too many open files.</exception>
    public static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        var ends = stackalloc int[2];
        var result = OperatingSystem.IsMacOS() ? Pipe(ends) : Pipe2(ends, CloseOnExec);
        if (result != 0)
            throw new StartFailedException($"cannot be started: {Marshal.GetLastPInvokeErrorMessage()}", null);
        if (OperatingSystem.IsMacOS())
        {
            FCntl(ends[0], SetDescriptorFlags, DescriptorCloseOnExec);
            FCntl(ends[1], SetDescriptorFlags, DescriptorCloseOnExec);
        }

        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>Whether a program that this process starts gets a descriptor. A closed one is not inherited.</summary>
    public static bool IsInherited(int descriptor) =>
        FCntl(descriptor, GetDescriptorFlags, 0) is var flags and >= 0 && (flags & DescriptorCloseOnExec) == 0;

    /// <summary>Lets programs that this process starts have a descriptor, or not. One that was closed meanwhile stays closed.</summary>
    public static void SetInherited(int descriptor, bool inherited) =>
        _ = FCntl(descriptor, SetDescriptorFlags, inherited ? 0 : DescriptorCloseOnExec);

    /// <summary>Waits until a child has ended and leaves it to be reaped, so that its number stays its own.</summary>
    /// <returns>False when there is no such child (any more).</returns>
    public static bool WaitForEnd(int process)
    {
        const int byProcess = 1;
        var information = stackalloc byte[128];
        while (WaitId(byProcess, (uint)process, information, WaitExited | WaitWithoutReaping) != 0)
            if (Marshal.GetLastPInvokeError() != Interrupted)
                return false;
        return true;
    }

    /// <summary>Reaps a child.</summary>
    /// <returns>Its wait status; null when somebody else has it.</returns>
    public static int? Reap(int process)
    {
        int status;
        while (WaitPid(process, &status, 0) < 0)
            if (Marshal.GetLastPInvokeError() != Interrupted)
                return null;
        return status;
    }

    /// <summary>Whether the ending of children is ignored, in which case the system throws their exit status away.</summary>
    public static bool IgnoresChildren()
    {
        const nint ignore = 1;
        var action = stackalloc byte[256];
        return SigAction(SigChild, null, action) == 0 && *(nint*)action == ignore;
    }

    /// <summary>Puts the handling of ended children back to the default.</summary>
    public static void StopIgnoringChildren() => Signal(SigChild, 0);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MacStat(string path, byte* result);

    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MacLStat(string path, byte* result);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FAccessAt(int directory, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatVfs(string path, byte* result);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetXAttr(string path, string name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int GetPwUid(uint user, byte* record, byte* text, nuint length, byte** found);

    [LibraryImport("libc", EntryPoint = "getgrgid_r")]
    private static partial int GetGrGid(uint group, byte* record, byte* text, nuint length, byte** found);

    [LibraryImport("libc", EntryPoint = "setpwent")]
    private static partial void RewindUsers();

    [LibraryImport("libc", EntryPoint = "getpwent")]
    private static partial byte* NextUser();

    [LibraryImport("libc", EntryPoint = "endpwent")]
    private static partial void EndUsers();

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    private static partial int Pipe(int* ends);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FCntl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, uint id, byte* information, int options);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int process, int* status, int options);

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SigAction(int signal, byte* action, byte* previous);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}

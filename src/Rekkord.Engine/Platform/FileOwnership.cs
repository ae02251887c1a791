using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>Type, mode and owner of an entry: what trust in it is decided by.</summary>
internal readonly record struct FileOwnership(uint Mode, uint User, uint Group)
{
    public bool IsDirectory => (Mode & FileType.Mask) == FileType.Directory;

    public bool IsRegular => (Mode & FileType.Mask) == FileType.Regular;

    public bool IsLink => (Mode & FileType.Mask) == FileType.SymbolicLink;

    public bool IsSticky => (Mode & 0x200) != 0;

    public bool GroupCanWrite => (Mode & 0x10) != 0;

    public bool OthersCanWrite => (Mode & 0x2) != 0;

    public bool IsExecutable => (Mode & 0x49) != 0;

    /// <summary>Reads them, following a link at the path's end or not.</summary>
    /// <returns>0, or the error number.</returns>
    public static int Read(string path, bool followLink, out FileOwnership ownership)
    {
        ownership = default;
        if (OperatingSystem.IsMacOS())
        {
            var error = DarwinStatRecord.Read(path, followLink, out var found);
            ownership = new FileOwnership(found.Mode, found.UserId, found.GroupId);
            return error;
        }

        const int typeModeUserGroup = 0x1B;
        if (SystemCall.Statx(FileDescriptor.WorkingDirectory, NativeName.FromText(path), followLink ? 0 : LibC.SymlinkNoFollow, typeModeUserGroup, out var record) != 0)
            return Marshal.GetLastPInvokeError();
        ownership = new FileOwnership(record.Mode, record.UserId, record.GroupId);
        return 0;
    }

    /// <summary>Whether the effective user may run a file.</summary>
    public static bool MayExecute(string path) =>
        LibC.CheckAccess(FileDescriptor.WorkingDirectory, NativeName.FromText(path), LibC.ExecuteAccess, OperatingSystem.IsMacOS() ? 0x10 : 0x200) == 0;

    /// <summary>Whether programs may not run from where a file lies. Not looked for on macOS.</summary>
    public static bool IsOnNoExecMount(string path)
    {
        // statvfs on 64-bit Linux: nine fields of eight bytes, then f_flag; ST_NOEXEC is 8.
        const int flagOffset = 72, noExec = 8;
        Span<byte> status = stackalloc byte[256];
        return OperatingSystem.IsLinux() && LibC.GetMountStatus(NativeName.FromText(path), status) == 0
            && (MemoryMarshal.Read<ulong>(status[flagOffset..]) & noExec) != 0;
    }
}

using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>What is known of file systems by the numbers that statfs(2) gives them (linux/magic.h, and their own sources).</summary>
internal static class FileSystemType
{
    /// <summary>Tells who keeps the time of the last change where an entry lies.</summary>
    /// <exception cref="FileSystemException">The entry no longer exists, or the system refused.</exception>
    internal static ChangeTimeKeeper FindChangeTimeKeeper(LinuxDirectory directory, byte[] name, bool followLink)
    {
        // A handle that only names the entry, which may be a link, or a device that must not be opened.
        var flags = OpenFlags.PathOnly | OpenFlags.CloseOnExec | (followLink ? 0 : OpenFlags.NoFollow);
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        int descriptor;
        while ((descriptor = LibC.OpenAt(directory.Descriptor, native, flags, 0)) < 0)
            LinuxErrors.ThrowUnlessInterrupted(FileOperation.ReadStatus, directory.Path, name);
        using var entry = new FileDescriptor(descriptor);
        FileSystemRecord status;
        while (LibC.GetFileSystemStatus(entry, out status) < 0)
            LinuxErrors.ThrowUnlessInterrupted(FileOperation.ReadStatus, directory.Path, name);
        return KeeperOf(status.Type);
    }

    /// <summary>Tells who keeps the time of the last change, by the type's number.</summary>
    internal static ChangeTimeKeeper KeeperOf(ulong type) => (uint)type switch
    {
        0xef53 => ChangeTimeKeeper.Kernel, // ext2, ext3, ext4
        0x58465342 => ChangeTimeKeeper.Kernel, // XFS
        0x9123683e => ChangeTimeKeeper.Kernel, // Btrfs
        0x2fc12fc1 => ChangeTimeKeeper.Kernel, // ZFS
        0xf2f52010 => ChangeTimeKeeper.Kernel, // F2FS
        0xca451a4e => ChangeTimeKeeper.Kernel, // bcachefs
        0x01021994 => ChangeTimeKeeper.Kernel, // tmpfs
        0x858458f6 => ChangeTimeKeeper.Kernel, // ramfs
        0x3153464a => ChangeTimeKeeper.Kernel, // JFS
        0x52654973 => ChangeTimeKeeper.Kernel, // ReiserFS
        0x3434 => ChangeTimeKeeper.Kernel, // NILFS2
        0x7366746e => ChangeTimeKeeper.Kernel, // NTFS (ntfs3)
        0x482b => ChangeTimeKeeper.Kernel, // HFS+
        0x6969 => ChangeTimeKeeper.Server, // NFS
        0x00c36400 => ChangeTimeKeeper.Server, // CephFS
        0x0bd00bd0 => ChangeTimeKeeper.Server, // Lustre
        0x7461636f => ChangeTimeKeeper.Server, // OCFS2
        0x01161970 => ChangeTimeKeeper.Server, // GFS2
        0x794c7630 => ChangeTimeKeeper.LowerFileSystem, // overlayfs
        0xf15f => ChangeTimeKeeper.LowerFileSystem, // eCryptfs
        _ => ChangeTimeKeeper.None,
    };
}

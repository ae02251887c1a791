namespace Rekkord.Engine.Platform;

/// <summary>The extended attributes that hold POSIX ACLs, as NUL-terminated names.</summary>
internal static class PosixAcl
{
    /// <summary>The ACL of an entry.</summary>
    internal static readonly byte[] Access = "system.posix_acl_access\0"u8.ToArray();

    /// <summary>The ACL of a directory that new entries in it inherit.</summary>
    internal static readonly byte[] Default = "system.posix_acl_default\0"u8.ToArray();

    /// <summary>Whether a file has an access control list beyond its mode. Only Linux has such lists.</summary>
    internal static bool Exists(string path) => OperatingSystem.IsLinux() && LibC.GetAttribute(NativeName.FromText(path), Access, [], 0) > 0;

    /// <summary>Whether new entries of a directory inherit ACLs.</summary>
    internal static bool IsInheritedIn(FileDescriptor directory) => LibC.GetAttribute(directory, Default, [], 0) >= 0;
}

namespace Rekkord.Engine.FileSystem;

/// <summary>One extended attribute of a file, POSIX ACLs (<c>system.posix_acl_*</c>) among them.</summary>
/// <param name="Name">The full name with its namespace, as bytes.</param>
/// <param name="Value">The value's bytes.</param>
public sealed record ExtendedAttribute(byte[] Name, byte[] Value);

using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>An entry that metadata is put on: by its handle, or by name for what is not opened. Nothing here follows a link.</summary>
/// <remarks>Each call returns 0, or -1 with the error number set.</remarks>
internal abstract class MetadataTarget
{
    /// <summary>Sets user and group, or leaves one that is <see cref="LibC.UnchangedId"/>.</summary>
    internal abstract int SetOwner(uint userId, uint groupId);

    /// <summary>Sets an extended attribute; its name is NUL-terminated.</summary>
    internal abstract int SetAttribute(ReadOnlySpan<byte> nativeName, ReadOnlySpan<byte> value);

    /// <summary>Removes an extended attribute; its name is NUL-terminated.</summary>
    internal abstract int RemoveAttribute(ReadOnlySpan<byte> nativeName);

    /// <summary>Sets the permission bits.</summary>
    internal abstract int SetMode(uint mode);

    /// <summary>Sets access and modification time.</summary>
    internal abstract int SetTimes(ReadOnlySpan<LibC.TimeSpecification> times);

    /// <summary>Reads the status back.</summary>
    /// <returns>0 or the error number.</returns>
    internal abstract int ReadStatus(out FileStatus status);

    /// <summary>Reads the extended attributes back.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    internal abstract IReadOnlyList<ExtendedAttribute> ReadAttributes();
}

using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>A link, fifo, socket or device: an entry of an open directory that is never opened itself.</summary>
internal sealed class EntryTarget(LinuxDirectory directory, byte[] name) : MetadataTarget
{
    private readonly byte[] _nativeName = [.. name, 0];
    private byte[]? _pathThroughProc;

    /// <inheritdoc/>
    internal override int SetOwner(uint userId, uint groupId) =>
        LibC.ChangeOwnerAt(directory.Descriptor, _nativeName, userId, groupId, LibC.SymlinkNoFollow);

    /// <inheritdoc/>
    internal override int SetAttribute(ReadOnlySpan<byte> nativeName, ReadOnlySpan<byte> value) =>
        LibC.SetAttributeNoFollow(PathThroughProc, nativeName, value, value.Length, flags: 0);

    /// <inheritdoc/>
    internal override int RemoveAttribute(ReadOnlySpan<byte> nativeName) => LibC.RemoveAttributeNoFollow(PathThroughProc, nativeName);

    /// <inheritdoc/>
    /// <remarks>
    /// Before Linux 6.6 no call sets the mode of an entry without following it. A handle that only names the entry does: what
    /// /proc shows for it is the entry itself, and chmod refuses a link (EOPNOTSUPP).
    /// </remarks>
    internal override int SetMode(uint mode)
    {
        var flags = OpenFlags.PathOnly | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        var descriptor = LibC.OpenAt(directory.Descriptor, _nativeName, flags, 0);
        if (descriptor < 0)
            return descriptor;
        using var entry = new FileDescriptor(descriptor);
        var result = LibC.ChangeMode(NativeName.ThroughProc(entry), mode);
        return result;
    }

    /// <inheritdoc/>
    internal override int SetTimes(ReadOnlySpan<LibC.TimeSpecification> times) =>
        LibC.SetTimesAt(directory.Descriptor, _nativeName, times, LibC.SymlinkNoFollow);

    /// <inheritdoc/>
    internal override int ReadStatus(out FileStatus status) =>
        StatusRecord.Read(directory.Descriptor, _nativeName, followLink: false, out status);

    /// <inheritdoc/>
    internal override IReadOnlyList<ExtendedAttribute> ReadAttributes() =>
        AttributeSource.Of(directory.Descriptor, name, followLink: false, directory.Path).ReadAll();

    private byte[] PathThroughProc => _pathThroughProc ??= NativeName.ThroughProc(directory.Descriptor, name);
}

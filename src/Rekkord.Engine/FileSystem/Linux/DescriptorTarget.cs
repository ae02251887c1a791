using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>A file, or with no name a directory, that is open.</summary>
internal sealed class DescriptorTarget(FileDescriptor descriptor, EntryPath path, byte[]? name) : MetadataTarget
{
    /// <inheritdoc/>
    internal override int SetOwner(uint userId, uint groupId) => LibC.ChangeOwner(descriptor, userId, groupId);

    /// <inheritdoc/>
    internal override int SetAttribute(ReadOnlySpan<byte> nativeName, ReadOnlySpan<byte> value) =>
        LibC.SetAttribute(descriptor, nativeName, value, value.Length, flags: 0);

    /// <inheritdoc/>
    internal override int RemoveAttribute(ReadOnlySpan<byte> nativeName) => LibC.RemoveAttribute(descriptor, nativeName);

    /// <inheritdoc/>
    internal override int SetMode(uint mode) => LibC.ChangeMode(descriptor, mode);

    /// <inheritdoc/>
    internal override int SetTimes(ReadOnlySpan<LibC.TimeSpecification> times) => LibC.SetTimes(descriptor, times);

    /// <inheritdoc/>
    internal override int ReadStatus(out FileStatus status) =>
        StatusRecord.Read(descriptor, NativeName.Empty, followLink: false, out status);

    /// <inheritdoc/>
    internal override IReadOnlyList<ExtendedAttribute> ReadAttributes() => AttributeSource.Of(descriptor, path, name).ReadAll();
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>
/// What extended attributes are read from: an open handle, or a path for entries that cannot be opened (links, fifos, files
/// without read permission). There is no call by directory handle and name before Linux 6.13, so such a path goes through
/// <c>/proc/self/fd</c>, which is as safe against replaced directories and as short.
/// </summary>
internal readonly ref struct AttributeSource
{
    private const int ListBufferSize = 1024;
    private const int ValueBufferSize = 1024;

    private readonly FileDescriptor? _descriptor;
    private readonly ReadOnlySpan<byte> _path;
    private readonly bool _followLink;
    private readonly EntryPath _displayPath;
    private readonly byte[]? _displayName;

    private AttributeSource(
        FileDescriptor? descriptor, ReadOnlySpan<byte> path, bool followLink, EntryPath displayPath, byte[]? displayName)
    {
        _descriptor = descriptor;
        _path = path;
        _followLink = followLink;
        _displayPath = displayPath;
        _displayName = displayName;
    }

    /// <summary>An open file, or with no name an open directory.</summary>
    internal static AttributeSource Of(FileDescriptor descriptor, EntryPath path, byte[]? name) => new(descriptor, [], false, path, name);

    /// <summary>An entry of an open directory.</summary>
    internal static AttributeSource Of(FileDescriptor directory, byte[] name, bool followLink, EntryPath directoryPath) =>
        new(null, NativeName.ThroughProc(directory, name), followLink, directoryPath, name);

    /// <summary>What a handle refers to that was opened without the right to read.</summary>
    internal static AttributeSource OfPathOnly(FileDescriptor descriptor, EntryPath path) =>
        new(null, NativeName.ThroughProc(descriptor), true, path, null);

    /// <summary>All attributes that the user may see, in name order; none where the file system has none.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    [SkipLocalsInit]
    internal IReadOnlyList<ExtendedAttribute> ReadAll()
    {
        Span<byte> buffer = stackalloc byte[ListBufferSize];
        var names = ReadNames(buffer);
        if (names.IsEmpty)
            return [];

        var attributes = new List<ExtendedAttribute>();
        while (!names.IsEmpty)
        {
            var terminated = names[..(names.IndexOf((byte)0) + 1)];
            if (ReadValue(terminated) is { } value)
                attributes.Add(new ExtendedAttribute(terminated[..^1].ToArray(), value));
            names = names[terminated.Length..];
        }

        attributes.Sort(static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        return attributes;
    }

    private ReadOnlySpan<byte> ReadNames(Span<byte> buffer)
    {
        while (true)
        {
            var length = List(buffer);
            if (length >= 0)
                return buffer[..(int)length];

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EINTR:
                    break;
                case Errno.EOPNOTSUPP:
                    return [];
                case Errno.ERANGE:
                    // Asking for the size alone can be outrun by another process that adds attributes; doubling cannot.
                    buffer = new byte[buffer.Length * 2];
                    break;
                case var error:
                    throw Failure(error);
            }
        }
    }

    /// <summary>The value, or null if the attribute has gone since it was listed.</summary>
    [SkipLocalsInit]
    private byte[]? ReadValue(ReadOnlySpan<byte> attribute)
    {
        Span<byte> buffer = stackalloc byte[ValueBufferSize];
        while (true)
        {
            var length = Get(attribute, buffer);
            if (length >= 0)
                return buffer[..(int)length].ToArray();

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EINTR:
                    break;
                case Errno.ENODATA:
                    return null;
                case Errno.ERANGE:
                    buffer = new byte[buffer.Length * 2];
                    break;
                case var error:
                    throw Failure(error);
            }
        }
    }

    private nint List(Span<byte> buffer) =>
        _descriptor is not null ? LibC.ListAttributes(_descriptor, buffer, buffer.Length)
        : _followLink ? LibC.ListAttributes(_path, buffer, buffer.Length)
        : LibC.ListAttributesNoFollow(_path, buffer, buffer.Length);

    private nint Get(ReadOnlySpan<byte> attribute, Span<byte> buffer) =>
        _descriptor is not null ? LibC.GetAttribute(_descriptor, attribute, buffer, buffer.Length)
        : _followLink ? LibC.GetAttribute(_path, attribute, buffer, buffer.Length)
        : LibC.GetAttributeNoFollow(_path, attribute, buffer, buffer.Length);

    private FileSystemException Failure(int error) =>
        error == Errno.ENOENT && _descriptor is null && !Directory.Exists("/proc/self/fd")
            ? LinuxErrors.Create(
                FileSystemFailure.NotSupported,
                "attributes of what cannot be opened are read through /proc, which is not mounted",
                FileOperation.ReadAttributes,
                _displayPath,
                _displayName)
            : LinuxErrors.Create(error, FileOperation.ReadAttributes, _displayPath, _displayName);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

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

    // XATTR_LIST_MAX and XATTR_SIZE_MAX of linux/limits.h: no larger buffer gets more.
    private const int LongestAnswer = 64 * 1024;

    private readonly FileDescriptor? _descriptor;
    private readonly ReadOnlySpan<byte> _path;
    private readonly bool _followLink;
    private readonly EntryPath _displayPath;
    private readonly byte[]? _displayName;

    // What is asked for by name when the names cannot be listed: without these a file would be restored with other rights than it had.
    private static ReadOnlySpan<byte> NamesThatMatterMost =>
        "security.capability\0security.selinux\0system.posix_acl_access\0system.posix_acl_default\0"u8;

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
    /// <param name="refused">Is told of what cannot be read, and the rest is returned; null: that is an exception.</param>
    /// <exception cref="FileSystemException">The system refused, and there is nobody to report it to.</exception>
    [SkipLocalsInit]
    internal IReadOnlyList<ExtendedAttribute> ReadAll(Action<FileSystemException>? refused = null)
    {
        var list = ReadNames(stackalloc byte[ListBufferSize], refused, out var isWhole);
        if (list.IsEmpty)
            return [];

        var attributes = new List<ExtendedAttribute>();
        var tooMany = new List<byte[]>();
        var room = ExtendedAttribute.LargestTotal;
        foreach (var name in Sort(list))
        {
            if (ReadValue(name, isWhole ? refused : static _ => { }) is not { } value)
                continue;
            if (name.Length + value.Length > room)
            {
                tooMany.Add(name);
                continue;
            }

            attributes.Add(new ExtendedAttribute(name[..^1], value));
            room -= name.Length + value.Length;
        }

        if (tooMany.Count > 0)
            Refuse(TooMany(tooMany), refused);
        return attributes;
    }

    /// <summary>The names of a list, still terminated, in order: security labels and ACLs come before the user's own.</summary>
    private static List<byte[]> Sort(ReadOnlySpan<byte> list)
    {
        var names = new List<byte[]>();
        while (!list.IsEmpty)
        {
            var length = list.IndexOf((byte)0) + 1;
            names.Add(list[..length].ToArray());
            list = list[length..];
        }

        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return names;
    }

    /// <summary>Lists the names, one terminated name after another.</summary>
    /// <param name="buffer">A first buffer.</param>
    /// <param name="refused">Is told when they cannot be listed.</param>
    /// <param name="isWhole">Whether these are all. Otherwise they are those that matter most, which may exist or not.</param>
    private ReadOnlySpan<byte> ReadNames(Span<byte> buffer, Action<FileSystemException>? refused, out bool isWhole)
    {
        isWhole = true;
        while (true)
        {
            var length = List(buffer);
            if (length >= 0)
                return buffer[..(int)length];

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EINTR:
                    break;
                case Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.ENODATA:
                    return [];
                case Errno.ERANGE when buffer.Length < LongestAnswer:
                    // Asking for the size alone can be outrun by another process that adds attributes; doubling cannot.
                    buffer = new byte[buffer.Length * 2];
                    break;
                case var error:
                    Refuse(Failure(error, FileOperation.ReadAttributes, "the list of them is longer than the 64 KiB that Linux gives"), refused);
                    isWhole = false;
                    return NamesThatMatterMost;
            }
        }
    }

    /// <summary>The value, or null if the attribute has gone since it was listed, or cannot be read.</summary>
    [SkipLocalsInit]
    private byte[]? ReadValue(ReadOnlySpan<byte> attribute, Action<FileSystemException>? refused)
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
                case Errno.ERANGE when buffer.Length < LongestAnswer:
                    buffer = new byte[buffer.Length * 2];
                    break;
                case var error:
                    Refuse(Failure(error, FileOperation.ReadAttribute(attribute[..^1]), "it is longer than the 64 KiB that Linux gives"), refused);
                    return null;
            }
        }
    }

    private static void Refuse(FileSystemException failure, Action<FileSystemException>? refused)
    {
        if (refused is null)
            throw failure;
        refused(failure);
    }

    private nint List(Span<byte> buffer) =>
        _descriptor is not null ? LibC.ListAttributes(_descriptor, buffer, buffer.Length)
        : _followLink ? LibC.ListAttributes(_path, buffer, buffer.Length)
        : LibC.ListAttributesNoFollow(_path, buffer, buffer.Length);

    private nint Get(ReadOnlySpan<byte> attribute, Span<byte> buffer) =>
        _descriptor is not null ? LibC.GetAttribute(_descriptor, attribute, buffer, buffer.Length)
        : _followLink ? LibC.GetAttribute(_path, attribute, buffer, buffer.Length)
        : LibC.GetAttributeNoFollow(_path, attribute, buffer, buffer.Length);

    private FileSystemException TooMany(List<byte[]> names) => LinuxErrors.Create(
        FileSystemFailure.TooLarge,
        $"together they take more than {ExtendedAttribute.LargestTotal / 1024 / 1024} MiB; {names.Count} of them are left out, the first is '{FileName.ToDisplay(names[0].AsSpan(..^1))}'",
        FileOperation.ReadAttributes,
        _displayPath,
        _displayName);

    private FileSystemException Failure(int error, FileOperation operation, string tooLong) => error switch
    {
        Errno.E2BIG or Errno.ERANGE => LinuxErrors.Create(FileSystemFailure.TooLarge, tooLong, operation, _displayPath, _displayName),
        Errno.ENOENT when _descriptor is null && !Directory.Exists("/proc/self/fd") => LinuxErrors.Create(
            FileSystemFailure.NotSupported,
            "attributes of what cannot be opened are read through /proc, which is not mounted",
            operation,
            _displayPath,
            _displayName),
        _ => LinuxErrors.Create(error, operation, _displayPath, _displayName),
    };
}

using System.Runtime.Versioning;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// Values with names beside the content of an entry: extended attributes on macOS, and on Windows alternate data streams. Those have a name
/// with a colon before it, as Windows writes them, which no attribute of another system has.
/// </summary>
internal static class PortableAttributes
{
    /// <summary>Reads those of an entry, in name order.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="followLink">Whether a link is followed.</param>
    /// <param name="refused">Is told of what cannot be read, and the rest is returned; null: that is an exception.</param>
    /// <exception cref="FileSystemException">The system refused, and there is nobody to report it to.</exception>
    internal static IReadOnlyList<ExtendedAttribute> Read(string path, bool followLink, Action<FileSystemException>? refused)
    {
        if (OperatingSystem.IsMacOS())
            return ReadDarwin(path, followLink, refused);
        return OperatingSystem.IsWindows() && (followLink || new FileInfo(path).LinkTarget is null) ? ReadStreams(path, refused) : [];
    }

    /// <summary>Sets one on an entry, a link itself.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    internal static void Write(string path, ExtendedAttribute attribute)
    {
        if (OperatingSystem.IsMacOS())
            DarwinAttributes.Write(path, attribute.Name, attribute.Value);
        else if (OperatingSystem.IsWindows() && TryGetStreamName(attribute.Name) is { } name)
            WriteStream(WindowsStreams.PathOf(path, name), attribute.Value);
    }

    /// <summary>Whether this system has values of such a name. Those of the namespaces that only Linux knows mean nothing elsewhere.</summary>
    internal static bool IsNative(ReadOnlySpan<byte> name) =>
        OperatingSystem.IsWindows() ? TryGetStreamName(name) is not null
        : OperatingSystem.IsMacOS() && !ExtendedAttribute.IsStream(name) && !name.IsEmpty && !name.Contains((byte)0)
            && !name.StartsWith("system."u8) && !name.StartsWith("security."u8) && !name.StartsWith("trusted."u8);

    /// <summary>The name of a stream as it is saved.</summary>
    internal static byte[] NameOfStream(string name) => [(byte)':', .. PortableName.ToBytes(name)];

    /// <summary>The name of a stream that was saved; null when it is none that Windows can have.</summary>
    internal static string? TryGetStreamName(ReadOnlySpan<byte> name) =>
        ExtendedAttribute.IsStream(name) && PortableName.FromBytes(name[1..]) is { Length: > 0 } text && !text.AsSpan().ContainsAny(":\\/\0") ? text : null;

    /// <summary>Reads values until there is no more room.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="list">Lists the names.</param>
    /// <param name="read">
    /// Reads a value that is no longer than so many bytes, and gives its length; instead of a longer one null, and null at all when it is gone.
    /// </param>
    /// <param name="refused">Is told of what is left out; null: that is an exception.</param>
    internal static IReadOnlyList<ExtendedAttribute> Collect(
        string path, Func<List<byte[]>> list, Func<byte[], long, (byte[]? Value, long Size)?> read, Action<FileSystemException>? refused)
    {
        if (Try(FileOperation.ReadAttributes, path, list, refused) is not { Count: > 0 } names)
            return [];
        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        var attributes = new List<ExtendedAttribute>();
        var room = (long)ExtendedAttribute.LargestTotal;
        foreach (var name in names)
        {
            var operation = FileOperation.ReadAttribute(name);
            if (Try(operation, path, () => read(name, room - name.Length), refused) is not var (value, size))
                continue;
            if (value is null)
            {
                if (size > room - name.Length) // else it is gone since it was asked for its length
                    Refuse(TooLarge(operation, path, size), refused);
                continue;
            }

            attributes.Add(new ExtendedAttribute(name, value));
            room -= name.Length + value.Length;
        }

        return attributes;
    }

    [SupportedOSPlatform("macos")]
    private static IReadOnlyList<ExtendedAttribute> ReadDarwin(string path, bool followLink, Action<FileSystemException>? refused) => Collect(
        path,
        () => DarwinAttributes.List(path, followLink),
        (name, room) => DarwinAttributes.GetSize(path, name, followLink) is { } size
            ? (size <= room ? DarwinAttributes.Read(path, name, followLink) : null, size)
            : null,
        refused);

    [SupportedOSPlatform("windows")]
    private static IReadOnlyList<ExtendedAttribute> ReadStreams(string path, Action<FileSystemException>? refused) => Collect(
        path,
        () => WindowsStreams.List(path).ConvertAll(stream => NameOfStream(stream.Name)),
        (name, room) => ReadStream(WindowsStreams.PathOf(path, TryGetStreamName(name)!), room),
        refused);

    private static T? Try<T>(FileOperation operation, string path, Func<T> call, Action<FileSystemException>? refused)
    {
        try
        {
            return PortableErrors.Run(operation, path, call);
        }
        catch (FileSystemException error) when (refused is not null)
        {
            refused(error);
            return default;
        }
    }

    private static void Refuse(FileSystemException failure, Action<FileSystemException>? refused)
    {
        if (refused is null)
            throw failure;
        refused(failure);
    }

    private static FileSystemException TooLarge(FileOperation operation, string path, long size) => FileSystemErrors.Create(
        FileSystemFailure.TooLarge,
        operation,
        PortablePath.ToDisplay(path),
        $"it has {size} bytes, and all such values of an entry together may have {ExtendedAttribute.LargestTotal / 1024 / 1024} MiB",
        errorNumber: 0);

    [SupportedOSPlatform("windows")]
    private static (byte[]? Value, long Size)? ReadStream(string path, long room)
    {
        try
        {
            using var stream = new FileStream(WindowsFile.OpenForBackup(path), FileAccess.Read, bufferSize: 0);
            var size = stream.Length;
            if (size > room)
                return (null, size);
            var value = new byte[size];
            var length = stream.ReadAtLeast(value, value.Length, throwOnEndOfStream: false);
            return (value[..length], length);
        }
        catch (FileNotFoundException)
        {
            return null; // it is gone since it was listed
        }
    }

    // The entry itself may be open, for its content; each stream has its own sharing.
    private static void WriteStream(string path, byte[] value)
    {
        using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        stream.SetLength(value.Length);
        stream.Write(value);
    }
}

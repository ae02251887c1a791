using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rekkord.Engine.Platform;

/// <summary>Extended attributes on macOS (sys/xattr.h), whose calls have two parameters more than those of Linux: a position and options.</summary>
internal static class DarwinAttributes
{
    private const int NoFollow = 1; // XATTR_NOFOLLOW
    private const int NoAttribute = 93; // ENOATTR

    /// <summary>Lists the names. None where the file system has none.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    [SupportedOSPlatform("macos")]
    internal static List<byte[]> List(string path, bool followLink)
    {
        var native = NativeName.FromText(path);
        var list = Ask(buffer => LibC.DarwinListAttributes(native, buffer, buffer.Length, Options(followLink)));
        return list is null ? [] : Split(list);
    }

    /// <summary>The length of a value; null when it is gone.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    [SupportedOSPlatform("macos")]
    internal static long? GetSize(string path, byte[] name, bool followLink) =>
        LibC.DarwinGetAttribute(NativeName.FromText(path), [.. name, 0], [], 0, 0, Options(followLink)) is var length and >= 0 ? length : RefuseUnlessGone();

    /// <summary>Reads a value; null when it is gone.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    [SupportedOSPlatform("macos")]
    internal static byte[]? Read(string path, byte[] name, bool followLink)
    {
        byte[] native = NativeName.FromText(path), attribute = [.. name, 0];
        return Ask(buffer => LibC.DarwinGetAttribute(native, attribute, buffer, buffer.Length, 0, Options(followLink)));
    }

    /// <summary>Sets a value, of a link itself.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    [SupportedOSPlatform("macos")]
    internal static void Write(string path, byte[] name, byte[] value)
    {
        if (LibC.DarwinSetAttribute(NativeName.FromText(path), [.. name, 0], value, value.Length, 0, NoFollow) < 0)
            throw Failure();
    }

    /// <summary>The names of a list, which each end with a NUL.</summary>
    internal static List<byte[]> Split(ReadOnlySpan<byte> list)
    {
        var names = new List<byte[]>();
        while (list.IndexOf((byte)0) is var length and >= 0)
        {
            names.Add(list[..length].ToArray());
            list = list[(length + 1)..];
        }

        return names;
    }

    // What is asked for may grow between the two calls.
    private static byte[]? Ask(Func<byte[], nint> call)
    {
        while (true)
        {
            var length = call([]);
            if (length <= 0)
                return length == 0 ? [] : RefuseUnlessGone() is null ? null : [];
            var buffer = new byte[length];
            length = call(buffer);
            if (length >= 0)
                return buffer[..(int)length];
            if (Marshal.GetLastPInvokeError() != Errno.ERANGE)
                return RefuseUnlessGone() is null ? null : [];
        }
    }

    private static long? RefuseUnlessGone()
    {
        var error = Marshal.GetLastPInvokeError();
        return error == NoAttribute || error == PortableErrno.NotSupported ? null : throw Failure();
    }

    private static int Options(bool followLink) => followLink ? 0 : NoFollow;

    private static IOException Failure()
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException(new Win32Exception(error).Message, error);
    }
}

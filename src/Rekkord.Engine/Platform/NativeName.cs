using System.Text;

namespace Rekkord.Engine.Platform;

/// <summary>Names as C strings, on the stack: <c>Span&lt;byte&gt; buffer = stackalloc byte[NativeName.StackSize]</c>.</summary>
internal static class NativeName
{
    /// <summary>Takes every name that Linux's own file systems have (255 bytes) with its terminator.</summary>
    internal const int StackSize = 256;

    /// <summary>The empty name that stands, with AT_EMPTY_PATH, for the handle itself.</summary>
    internal static ReadOnlySpan<byte> Empty => [0];

    /// <summary>Copies a name into the buffer, or a new one when it is longer, and ends it with NUL.</summary>
    internal static ReadOnlySpan<byte> Terminate(scoped ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        if (name.Length >= buffer.Length)
            buffer = new byte[name.Length + 1];
        name.CopyTo(buffer);
        buffer[name.Length] = 0;
        return buffer[..(name.Length + 1)];
    }

    /// <summary>A path or name as the system takes it.</summary>
    internal static byte[] FromText(string text) => Encoding.UTF8.GetBytes(text + '\0');

    /// <summary>The path under which /proc shows what a descriptor refers to, or an entry of the directory it refers to.</summary>
    internal static byte[] ThroughProc(FileDescriptor descriptor, ReadOnlySpan<byte> entry = default)
    {
        var prefix = Encoding.ASCII.GetBytes($"/proc/self/fd/{descriptor.DangerousGetHandle()}");
        return entry.IsEmpty ? [.. prefix, 0] : [.. prefix, (byte)'/', .. entry, 0];
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rekkord.Engine.Platform;

/// <summary>
/// Junctions: directories of Windows that lead to another one on this machine. They are told from symbolic links by what is before their
/// target, which is that of the system's own paths. .NET leaves it out when it reads one, and makes none.
/// </summary>
internal static class WindowsJunction
{
    /// <summary>What is before the target of a junction, and of no symbolic link that programs make.</summary>
    internal const string Prefix = @"\??\";

    private const uint Tag = 0xa000_0003; // IO_REPARSE_TAG_MOUNT_POINT
    private const uint SetReparsePoint = 0x000900a4; // FSCTL_SET_REPARSE_POINT
    private const int HeaderLength = 8, NamesLength = 8; // tag, length and a reserved word; offsets and lengths of two names
    private const int MaximumLength = 16 * 1024; // MAXIMUM_REPARSE_DATA_BUFFER_SIZE

    /// <summary>Whether the target of a link is that of a junction.</summary>
    internal static bool IsTarget(string target) => target.StartsWith(Prefix, StringComparison.Ordinal) && target.Length > Prefix.Length;

    /// <summary>Makes a junction where there is nothing.</summary>
    /// <param name="path">Where, in the extended form.</param>
    /// <param name="target">Where it leads to, with <see cref="Prefix"/>.</param>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    [SupportedOSPlatform("windows")]
    internal static void Create(string path, string target)
    {
        var request = CreateRequest(target);
        Directory.CreateDirectory(path);
        try
        {
            using var directory = WindowsFile.OpenForReparsePoint(path);
            if (directory.IsInvalid || !WindowsFile.Control(directory, SetReparsePoint, request, request.Length, [], 0, out _, 0))
                throw Win32Error.LastFailure();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Directory.Delete(path);
            throw;
        }
    }

    /// <summary>REPARSE_DATA_BUFFER of a junction: the target, and the same as people write it.</summary>
    /// <exception cref="IOException">It is longer than the system takes.</exception>
    internal static byte[] CreateRequest(string target)
    {
        ReadOnlySpan<byte> name = MemoryMarshal.AsBytes(target.AsSpan()), shown = MemoryMarshal.AsBytes(target.AsSpan(Prefix.Length));
        var request = new byte[HeaderLength + NamesLength + name.Length + sizeof(char) + shown.Length + sizeof(char)];
        if (request.Length > MaximumLength)
            throw new IOException("its target is longer than a junction's may be");
        BinaryPrimitives.WriteUInt32LittleEndian(request, Tag);
        ReadOnlySpan<int> numbers = [request.Length - HeaderLength, 0, 0, name.Length, name.Length + sizeof(char), shown.Length];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(sizeof(uint) + (i * sizeof(ushort))), (ushort)numbers[i]);
        name.CopyTo(request.AsSpan(HeaderLength + NamesLength));
        shown.CopyTo(request.AsSpan(HeaderLength + NamesLength + name.Length + sizeof(char)));
        return request;
    }
}

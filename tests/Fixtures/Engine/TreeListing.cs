using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;

namespace Rekkord.Engine.Tests;

/// <summary>Everything that a restore must bring back of a tree, a line an entry: equal trees have equal listings.</summary>
internal static class TreeListing
{
    public static SortedDictionary<string, string> Of(string root)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var links = new Dictionary<(ulong, ulong), string>();
        using var directory = MachineFileSystem.Current.OpenDirectory(FileName.FromText(root));
        lines["."] = Describe(directory.GetStatus(), directory.GetExtendedAttributes());
        Add(directory, "", lines, links);
        return lines;
    }

    private static void Add(SourceDirectory directory, string path, SortedDictionary<string, string> lines, Dictionary<(ulong, ulong), string> links)
    {
        foreach (var name in directory.ReadNames())
        {
            var status = directory.GetStatus(name);
            var entry = $"{path}/{Convert.ToHexStringLower(name)}";
            var line = Describe(status, directory.GetExtendedAttributes(name));
            if (status.Kind == FileKind.SymbolicLink)
                line += $" -> {Convert.ToHexStringLower(directory.ReadLink(name))}";
            if (status.Kind == FileKind.File)
                line += $" {status.Size} {Hash(directory, name, status.Size)}{(IsSparse(status) ? " sparse" : "")}";
            if (status.Kind != FileKind.Directory && status.LinkCount > 1)
                line += $" same as {(links.TryAdd((status.Device, status.Inode), entry) ? entry : links[(status.Device, status.Inode)])}";
            lines[entry] = line;
            if (status.Kind == FileKind.Directory)
            {
                using var child = directory.OpenDirectory(name);
                Add(child, entry, lines, links);
            }
        }
    }

    private static bool IsSparse(in FileStatus status) => status.AllocatedSize < status.Size / 2;

    private static string Hash(SourceDirectory directory, byte[] name, long size)
    {
        using var file = directory.OpenFile(name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1024 * 1024);
        for (var offset = 0L; offset < size;)
        {
            var read = file.Read(buffer, offset);
            hash.AppendData(buffer, 0, read);
            offset += read;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static string Describe(in FileStatus status, IReadOnlyList<ExtendedAttribute> attributes)
    {
        var xattrs = string.Join(",", attributes.Select(attribute => $"{FileName.ToDisplay(attribute.Name)}={Convert.ToHexStringLower(attribute.Value)}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{status.Kind} {Convert.ToString(status.Mode, 8)} {status.UserId}:{status.GroupId} {status.ModifiedTime.Seconds}.{status.ModifiedTime.Nanoseconds:000000000} dev {status.SpecialDevice} [{xattrs}]");
    }
}

using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>Whom restored entries belong to.</summary>
public enum OwnerChoice
{
    /// <summary>The account of the saved name, where the machine knows it, and otherwise of the saved number.</summary>
    ByName,

    /// <summary>The account of the saved number, whatever its name is here.</summary>
    ByNumber,

    /// <summary>Whoever restores.</summary>
    Nobody,
}

/// <summary>
/// Leaves out what gives an entry more power than its content has, when a restore was asked to: a snapshot may come from a stranger.
/// What is left out is counted.
/// </summary>
internal sealed class Restrictions(OwnerChoice owner, bool noSpecial, RestoreTally tally)
{
    private const uint OwnerBits = 0xc00; // setuid and setgid

    /// <summary>Whether an entry may be made: one that is no device or fifo may.</summary>
    public bool Allows(TreeEntry entry, string path)
    {
        if (!noSpecial || entry.Kind is not (FileKind.Fifo or FileKind.CharacterDevice or FileKind.BlockDevice))
            return true;
        tally.LeftOut("device nodes and fifos", path, entry.Kind == FileKind.Fifo ? "It is a fifo." : "It is a device node.");
        return false;
    }

    /// <summary>What of an entry's metadata is applied.</summary>
    /// <param name="metadata">What was saved.</param>
    /// <param name="path">Gives the entry's path.</param>
    public FileMetadata Restrict(FileMetadata metadata, Func<string> path)
    {
        if (owner == OwnerChoice.ByNumber)
            return RestrictPower(metadata with { UserName = null, GroupName = null }, path);
        if (owner == OwnerChoice.ByName)
            return RestrictPower(metadata, path);
        if (metadata.UserId is not null || metadata.SecurityDescriptor is not null)
            tally.LeftOut("owners", path(), $"Its owner was {Describe(metadata.UserName, metadata.UserId)}, its group {Describe(metadata.GroupName, metadata.GroupId)}.");
        return RestrictPower(metadata with { UserId = null, UserName = null, GroupId = null, GroupName = null, LeavesOwner = true }, path);
    }

    private FileMetadata RestrictPower(FileMetadata metadata, Func<string> path)
    {
        // Of another owner, the bits would stand for whoever restores.
        if ((noSpecial || owner == OwnerChoice.Nobody) && (metadata.Mode & OwnerBits) is > 0)
        {
            tally.LeftOut("setuid and setgid bits", path(), $"Its mode was {Convert.ToString((int)metadata.Mode!, 8)}.");
            metadata = metadata with { Mode = metadata.Mode & ~OwnerBits };
        }

        if (!noSpecial || !metadata.ExtendedAttributes.Any(IsSpecial))
            return metadata;
        var names = metadata.ExtendedAttributes.Where(IsSpecial).Select(attribute => $"'{FileName.ToDisplay(attribute.Name)}'");
        tally.LeftOut("attributes of the system (security.*, trusted.*)", path(), $"It had {string.Join(", ", names)}.");
        return metadata with { ExtendedAttributes = [.. metadata.ExtendedAttributes.Where(attribute => !IsSpecial(attribute))] };
    }

    /// <summary>
    /// Whether an attribute is neither a user's nor an ACL: capabilities, labels, what the kernel and overlays keep there. Streams of Windows
    /// and what macOS keeps are a user's.
    /// </summary>
    private static bool IsSpecial(ExtendedAttribute attribute) =>
        !attribute.Name.AsSpan().StartsWith("user."u8) && !attribute.Name.AsSpan().StartsWith("system.posix_acl_"u8)
        && !attribute.Name.AsSpan().StartsWith("com.apple."u8) && !ExtendedAttribute.IsStream(attribute.Name);

    private static string Describe(string? name, uint? number) => name is null ? $"{number}" : $"'{name}' ({number})";
}

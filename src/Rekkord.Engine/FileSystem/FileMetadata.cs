namespace Rekkord.Engine.FileSystem;

/// <summary>What a restore puts back on an entry beside its content.</summary>
public sealed record FileMetadata
{
    /// <summary>The type of the entry.</summary>
    public required FileKind Kind { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky (07777); null when saved on Windows.</summary>
    public uint? Mode { get; init; }

    /// <summary>Owning user's number, null when saved on Windows.</summary>
    public uint? UserId { get; init; }

    /// <summary>Owning group's number, null when saved on Windows.</summary>
    public uint? GroupId { get; init; }

    /// <summary>Owning user's name, where the saving machine knew one.</summary>
    public string? UserName { get; init; }

    /// <summary>Owning group's name, where the saving machine knew one.</summary>
    public string? GroupName { get; init; }

    /// <summary>Time of the last change of the content.</summary>
    public required FileTime ModifiedTime { get; init; }

    /// <summary>Time of creation, where it was known. Put back on Windows and macOS only: Linux offers no call for it.</summary>
    public FileTime? CreatedTime { get; init; }

    /// <summary>Windows file attributes (FILE_ATTRIBUTE_*), null elsewhere.</summary>
    public uint? WindowsAttributes { get; init; }

    /// <summary>Windows security descriptor in self-relative form, null elsewhere.</summary>
    public byte[]? SecurityDescriptor { get; init; }

    /// <summary>Extended attributes, POSIX ACLs among them.</summary>
    public IReadOnlyList<ExtendedAttribute> ExtendedAttributes { get; init; } = [];

    /// <summary>Whether an owner and group in the security descriptor are left out.</summary>
    public bool LeavesOwner { get; init; }
}

/// <summary>Something of an entry's metadata that is not as it was saved.</summary>
/// <param name="Property">Which part, as a plural for counting: "modification times".</param>
/// <param name="Message">What it is, a sentence without the path.</param>
/// <param name="IsSilent">
/// Whether the system took it without an error and did not keep it. A file system does so with every entry.
/// </param>
public sealed record MetadataProblem(string Property, string Message, bool IsSilent);

/// <summary>One extended attribute of a file, POSIX ACLs (<c>system.posix_acl_*</c>) and alternate data streams of Windows (<c>:name</c>) among them.</summary>
/// <param name="Name">The full name with its namespace, as bytes.</param>
/// <param name="Value">The value's bytes.</param>
public sealed record ExtendedAttribute(byte[] Name, byte[] Value)
{
    /// <summary>Largest sum of the names and values of an entry's extended attributes that is saved, in bytes.</summary>
    internal const int LargestTotal = 4 * 1024 * 1024;

    /// <summary>Whether a name is that of an alternate data stream of Windows: it has a colon before it, which no attribute has.</summary>
    internal static bool IsStream(ReadOnlySpan<byte> name) => name is [(byte)':', ..];

    /// <summary>What an attribute of a name is called in messages, with the name.</summary>
    internal static string Describe(ReadOnlySpan<byte> name) =>
        IsStream(name) ? $"alternate data stream '{FileName.ToDisplay(name[1..])}'" : $"extended attribute '{FileName.ToDisplay(name)}'";
}

namespace Rekkord.Engine.FileSystem;

/// <summary>What was being done when a file system call failed, as the message says it.</summary>
/// <param name="Words">Completes "Cannot … 'path'".</param>
/// <param name="Writes">Whether it changes the file system; decides between read and write errors and what to advise.</param>
internal sealed record FileOperation(string Words, bool Writes)
{
    private const string AllElse = "The rest of it is saved. To save this too, run as a user or on a machine that can read it.";

    internal static readonly FileOperation ReadStatus = new("read the status of", Writes: false);
    internal static readonly FileOperation ListDirectory = new("list the directory", Writes: false);
    internal static readonly FileOperation OpenDirectory = new("open the directory", Writes: false);
    internal static readonly FileOperation OpenFile = new("open the file", Writes: false);
    internal static readonly FileOperation ReadFile = new("read the file", Writes: false);
    internal static readonly FileOperation FindHoles = new("find the holes of the file", Writes: false);
    internal static readonly FileOperation ReadLink = new("read the symbolic link", Writes: false);
    internal static readonly FileOperation ReadAttributes = new("read the extended attributes of", Writes: false) { Advice = AllElse };
    internal static readonly FileOperation ReadSecurity = new("read the security descriptor of", Writes: false) { Advice = AllElse };

    /// <summary>What to do about a failure, whatever the reason; null when that depends on the reason.</summary>
    internal string? Advice { get; private init; }

    internal static readonly FileOperation MakeDirectory = new("make the directory", Writes: true);
    internal static readonly FileOperation EnterDirectory = new("restore into the directory", Writes: true);
    internal static readonly FileOperation CreateFile = new("create the file", Writes: true);
    internal static readonly FileOperation WriteFile = new("write the file", Writes: true);
    internal static readonly FileOperation SetSize = new("set the size of the file", Writes: true);
    internal static readonly FileOperation CreateLink = new("create the symbolic link", Writes: true);
    internal static readonly FileOperation CreateFifo = new("create the fifo", Writes: true);
    internal static readonly FileOperation CreateDevice = new("create the device node", Writes: true);
    internal static readonly FileOperation CreateHardLink = new("create the hard link", Writes: true);
    internal static readonly FileOperation Rename = new("rename", Writes: true);
    internal static readonly FileOperation Remove = new("remove", Writes: true);

    internal static FileOperation ReadAttribute(ReadOnlySpan<byte> attribute) =>
        new($"read the {ExtendedAttribute.Describe(attribute)} of", Writes: false) { Advice = AllElse };
}

using System.Text;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>
/// Where an open directory was found, for messages. It is kept as a chain of names, and built only when a message needs it: otherwise the
/// paths of a deep tree would take memory in the square of its depth.
/// </summary>
internal sealed class EntryPath(EntryPath? parent, byte[] name)
{
    /// <summary>The path of an entry, or with <c>.</c> this one.</summary>
    internal EntryPath Append(byte[] entry) => entry is [(byte)'.'] ? this : new EntryPath(this, entry);

    /// <summary>The displayable path.</summary>
    public override string ToString()
    {
        var names = new Stack<byte[]>();
        for (var path = this; path is not null; path = path.Parent)
            names.Push(path.Name);

        var text = new StringBuilder(FileName.ToDisplay(names.Pop()));
        foreach (var entry in names)
        {
            if (text.Length == 0 || text[^1] != '/')
                text.Append('/');
            text.Append(FileName.ToDisplay(entry));
        }

        return text.ToString();
    }

    private EntryPath? Parent { get; } = parent;

    private byte[] Name { get; } = name;
}

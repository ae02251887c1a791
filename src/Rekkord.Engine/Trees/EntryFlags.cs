namespace Rekkord.Engine.Trees;

/// <summary>What a reader must know of an entry's content. Stored; the values never change.</summary>
[Flags]
internal enum EntryFlags
{
    /// <summary>The content is whole.</summary>
    None = 0,

    /// <summary>The file changed while it was read: its content may mix two states.</summary>
    Changed = 1,

    /// <summary>The content could not be read, in part or at all.</summary>
    Unreadable = 2,
}

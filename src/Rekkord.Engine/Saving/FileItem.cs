using Rekkord.Engine.Chunking;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Saving;

/// <summary>A regular file to save: where it is, and where its entry goes.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="EntryName">The name that its entry gets; for a saved path that is a link, the link's.</param>
/// <param name="Receiver">Takes the entry.</param>
/// <param name="Slot">The place reserved for it.</param>
/// <param name="Follow">Whether a link is followed to it.</param>
/// <param name="Owner">The handle of its directory, in use until the file was opened.</param>
/// <param name="IsNamed">Whether it was asked for by name.</param>
/// <param name="ParentHash">The key of its directory in the cache.</param>
/// <param name="EarlierChunks">The chunks that it had when it was saved last; none when that is not known.</param>
internal sealed record FileItem(
    byte[] Name,
    byte[] EntryName,
    IEntryReceiver Receiver,
    int Slot,
    bool Follow,
    SharedDirectory Owner,
    bool IsNamed,
    Hash128 ParentHash,
    EarlierChunks EarlierChunks)
{
    /// <summary>Its directory.</summary>
    public FileSystem.SourceDirectory Source => Owner.Directory;

    public string DisplayPath => Source.DisplayPathOf(Name);

    /// <summary>The key of its chunks in the cache.</summary>
    public Hash128 ChunksKey => DirectoryNode.HashContent(ParentHash, EntryName);
}

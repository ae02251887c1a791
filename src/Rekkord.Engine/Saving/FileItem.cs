namespace Rekkord.Engine.Saving;

/// <summary>A regular file to save: where it is, and where its entry goes.</summary>
/// <param name="Source">Its directory.</param>
/// <param name="Name">Its name there.</param>
/// <param name="EntryName">The name that its entry gets; for a saved path that is a link, the link's.</param>
/// <param name="Receiver">Takes the entry.</param>
/// <param name="Slot">The place reserved for it.</param>
/// <param name="Follow">Whether a link is followed to it.</param>
/// <param name="Owner">The node whose handle is in use until the file was opened; null for a saved path itself.</param>
/// <param name="EarlierChunks">References (36 bytes each) to the chunks that it had when it was saved last; empty when that is not known.</param>
internal sealed record FileItem(
    FileSystem.SourceDirectory Source,
    byte[] Name,
    byte[] EntryName,
    IEntryReceiver Receiver,
    int Slot,
    bool Follow,
    DirectoryNode? Owner,
    ReadOnlyMemory<byte> EarlierChunks)
{
    public string DisplayPath => Source.DisplayPathOf(Name);
}

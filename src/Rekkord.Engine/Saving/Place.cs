using Rekkord.Engine.Caching;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Saving;

/// <summary>An entry to visit, and where the result goes.</summary>
internal readonly record struct Place(
    SharedDirectory Owner,
    byte[] Name,
    byte[] EntryName,
    IEntryReceiver Receiver,
    int Slot,
    Hash128 ParentHash,
    CachedDirectory Cached,
    bool Follow,
    NamedPath? Named)
{
    public SourceDirectory Source => Owner.Directory;

    public string DisplayPath => Source.DisplayPathOf(Name);

    /// <summary>Whether it was asked for, so that it must not be missed without a word.</summary>
    public bool IsNamed => Named is { IsNamed: true };

    /// <summary>Whether it was asked for by its very name, and not by wildcards.</summary>
    public bool IsNamedLiterally => Named is { IsNamed: true, IsMatch: false };

    public void Complete(EncodedEntry entry) => Receiver.Complete(Slot, entry);
}

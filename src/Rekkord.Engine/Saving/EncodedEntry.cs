using Rekkord.Engine.Caching;

namespace Rekkord.Engine.Saving;

/// <summary>An entry that is ready to go into its directory's tree.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its encoded form; null when the entry is left out of the snapshot.</param>
/// <param name="Cache">What the cache is to remember of it; null when it must be read again next time.</param>
internal sealed record EncodedEntry(byte[] Name, byte[]? Bytes, CachedEntry? Cache)
{
    /// <summary>An entry that does not go into the snapshot.</summary>
    public static EncodedEntry LeftOut { get; } = new([], null, null);
}

/// <summary>What collects finished entries: a directory, or the snapshot's list of roots. Thread-safe.</summary>
internal interface IEntryReceiver
{
    /// <summary>Takes the entry of a place that was reserved for it.</summary>
    void Complete(int slot, EncodedEntry entry);
}

namespace Rekkord.Engine.Saving;

/// <summary>What collects finished entries: a directory, or the snapshot's list of roots. Thread-safe.</summary>
internal interface IEntryReceiver
{
    /// <summary>Takes the entry of a place that was reserved for it.</summary>
    void Complete(int slot, in EncodedEntry entry);
}

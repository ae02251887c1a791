namespace Rekkord.Engine.Saving;

/// <summary>The entries of the saved paths themselves.</summary>
internal sealed class RootSet : IEntryReceiver
{
    private readonly byte[][] _paths;
    private readonly byte[]?[] _entries;

    public RootSet(IReadOnlyList<byte[]> paths)
    {
        _paths = [.. paths];
        _entries = new byte[]?[paths.Count];
    }

    /// <summary>What was saved, in the order in which it was asked for.</summary>
    public IReadOnlyList<(byte[] Path, byte[] Entry)> Saved =>
        [.. _paths.Zip(_entries).Where(root => root.Second is not null).Select(root => (root.First, root.Second!))];

    public void Complete(int slot, in EncodedEntry entry) => Volatile.Write(ref _entries[slot], entry.Bytes);
}

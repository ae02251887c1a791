namespace Rekkord.Engine.Saving;

/// <summary>The entries of the saved paths themselves.</summary>
internal sealed class RootSet(NamedPaths named) : IEntryReceiver
{
    private readonly byte[]?[] _entries = new byte[]?[named.All.Count];

    /// <summary>All paths that were named.</summary>
    public NamedPaths Named => named;

    /// <summary>What was saved under its own path and not within another, in the order in which it was asked for.</summary>
    public IReadOnlyList<(byte[] Path, byte[] Entry)> Saved =>
        [.. named.All.Zip(_entries).Where(root => root.Second is not null).Select(root => (root.First.Path, root.Second!))];

    public void Complete(int slot, in EncodedEntry entry) => Volatile.Write(ref _entries[slot], entry.Bytes);
}

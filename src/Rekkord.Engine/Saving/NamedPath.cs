namespace Rekkord.Engine.Saving;

/// <summary>A directory or file on the way to what was named, or named itself: the named paths as a tree by their names.</summary>
/// <param name="path">Its whole path, in the system's bytes.</param>
internal sealed class NamedPath(byte[] path)
{
    /// <summary>The order of names.</summary>
    public static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right));

    private SortedDictionary<byte[], NamedPath>? _below;

    public byte[] Path => path;

    /// <summary>Whether it was asked for, by its name or by wildcards.</summary>
    public bool IsNamed { get; private set; }

    /// <summary>Whether only wildcards stood for it: what is left out of their matches was not asked for by name.</summary>
    public bool IsMatch { get; private set; }

    /// <summary>Whether something in it was named.</summary>
    public bool HasBelow => _below is not null;

    /// <summary>The names in it that were named or lead to what was, in byte order.</summary>
    public IEnumerable<byte[]> Below => _below?.Keys ?? Enumerable.Empty<byte[]>();

    /// <summary>Whether a disk was mounted there when the save began.</summary>
    public bool IsMountPoint { get; set; }

    /// <summary>Whether it came to its turn, and is in the snapshot or was reported.</summary>
    public bool IsSettled { get; set; }

    public NamedPath? Find(byte[] name) => _below?.GetValueOrDefault(name);

    /// <summary>Names it.</summary>
    /// <returns>False if it was named before.</returns>
    public bool Name(bool isMatch)
    {
        var isNew = !IsNamed;
        IsMatch = isMatch && (isNew || IsMatch);
        IsNamed = true;
        return isNew;
    }

    /// <summary>Gives what is in it under a name the name that its directory lists it by as well.</summary>
    public void AddAlias(byte[] name, byte[] listed) => _below!.TryAdd(listed, _below![name]);

    /// <summary>What is in it under a name, made if it was not yet on any way.</summary>
    public NamedPath GetBelow(byte[] name, byte[] path)
    {
        _below ??= new SortedDictionary<byte[], NamedPath>(ByteOrder);
        if (!_below.TryGetValue(name, out var below))
            _below.Add(name, below = new NamedPath(path));
        return below;
    }
}

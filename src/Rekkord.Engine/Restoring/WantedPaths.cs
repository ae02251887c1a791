using Rekkord.Engine.Browsing;

namespace Rekkord.Engine.Restoring;

/// <summary>The entries that a restore was asked for by their whole paths, as they are displayed. For one thread.</summary>
internal sealed class WantedPaths
{
    private readonly Dictionary<string, bool> _isMet = new(StringComparer.Ordinal);
    private readonly HashSet<string> _above = new(StringComparer.Ordinal);
    private readonly HashSet<string> _single = new(StringComparer.Ordinal);

    /// <summary>Notes what is wanted.</summary>
    /// <param name="paths">The paths, wanted with everything below; any separator at their ends is dropped.</param>
    /// <param name="single">Those that are wanted without.</param>
    public WantedPaths(IReadOnlyList<string> paths, IReadOnlyList<string> single)
    {
        foreach (var path in single)
            _single.Add(Add(path));
        foreach (var path in paths)
            _single.Remove(Add(path));
    }

    /// <summary>Those that the snapshot does not have, once it was walked.</summary>
    public IEnumerable<string> Missing => _isMet.Where(path => !path.Value).Select(path => path.Key);

    /// <summary>Whether an entry is one of them.</summary>
    public bool Meet(string path)
    {
        if (!_isMet.ContainsKey(path))
            return false;
        _isMet[path] = true;
        return true;
    }

    /// <summary>Whether one of them lies below a directory.</summary>
    public bool IsAbove(string directory) => _above.Contains(directory);

    /// <summary>Whether it is wanted without what is below.</summary>
    public bool IsSingle(string path) => _single.Contains(path);

    private string Add(string path)
    {
        var whole = SnapshotPath.Normalize(path);
        _isMet[whole] = false;

        // All the way up, unless another path was there before.
        var end = whole.LastIndexOf('/');
        while (end >= 0 && _above.Add(whole[..end]))
            end = end == 0 ? -1 : whole.LastIndexOf('/', end - 1);
        return whole;
    }
}

using Rekkord.Engine.Browsing;

namespace Rekkord.Engine.Restoring;

/// <summary>The entries that a restore was asked for by their whole paths, as they are displayed. For one thread.</summary>
internal sealed class WantedPaths
{
    private readonly Dictionary<string, bool> _isMet = new(StringComparer.Ordinal);
    private readonly HashSet<string> _above = new(StringComparer.Ordinal);

    /// <summary>Notes what is wanted.</summary>
    /// <param name="paths">The paths; any separator at their ends is dropped.</param>
    public WantedPaths(IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            var whole = SnapshotPath.Normalize(path);
            _isMet[whole] = false;

            // All the way up, unless another path was there before.
            var end = whole.LastIndexOf('/');
            while (end >= 0 && _above.Add(whole[..end]))
                end = end == 0 ? -1 : whole.LastIndexOf('/', end - 1);
        }
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
}

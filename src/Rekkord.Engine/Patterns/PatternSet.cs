namespace Rekkord.Engine.Patterns;

/// <summary>Patterns of one operation. It remembers those that matched nothing. For one thread at a time.</summary>
internal sealed class PatternSet(IReadOnlyList<PathPattern> patterns)
{
    private readonly bool[] _met = new bool[patterns.Count];
    private int _unmet = patterns.Count;

    public bool IsEmpty => patterns.Count == 0;

    /// <summary>Whether there are patterns that have matched nothing yet.</summary>
    public bool HasUnmet => _unmet > 0;

    /// <summary>The patterns that matched nothing.</summary>
    public IEnumerable<PathPattern> Unmet => patterns.Where((_, i) => !_met[i]);

    /// <summary>The first pattern that means an entry; null when none does.</summary>
    /// <param name="path">Its whole path, as displayed.</param>
    /// <param name="name">Its name alone, as displayed.</param>
    public PathPattern? Find(string path, string name)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (!patterns[i].Matches(path, name))
                continue;
            Meet(i);
            return patterns[i];
        }

        return null;
    }

    /// <summary>Notes which of those that have met nothing yet mean an entry that is asked for already.</summary>
    public void Meet(string path, string name)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (!_met[i] && patterns[i].Matches(path, name))
                Meet(i);
        }
    }

    private void Meet(int i)
    {
        if (_met[i])
            return;
        _met[i] = true;
        _unmet--;
    }
}

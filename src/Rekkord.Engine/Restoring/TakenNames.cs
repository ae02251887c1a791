namespace Rekkord.Engine.Restoring;

/// <summary>The names that entries of one restored directory have taken in a destination that folds names.</summary>
internal sealed class TakenNames(NameFolding folding)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TakenNames> _below = new(StringComparer.Ordinal);

    /// <summary>Takes a name; false when an entry has it.</summary>
    public bool TryTake(byte[] name) => _names.Add(folding.Fold(name));

    /// <summary>The names in a directory of its own.</summary>
    public TakenNames Beside() => new(folding);

    /// <summary>The names in a directory that only leads to saved paths, and to several of them perhaps.</summary>
    public TakenNames Below(byte[] name)
    {
        var key = folding.Fold(name);
        if (!_below.TryGetValue(key, out var taken))
            _below[key] = taken = new TakenNames(folding);
        return taken;
    }
}

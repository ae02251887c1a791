namespace Rekkord.Engine.Saving;

/// <summary>
/// All paths that were named, each once. One that lies within another is saved with it, where the walk of that one comes to it:
/// names are compared while the directories are walked, since by its text alone a path may lead elsewhere.
/// </summary>
internal sealed class NamedPaths
{
    private readonly NamedPath _top = new([]);
    private readonly List<NamedPath> _all = [];

    /// <summary>All of them, in the order in which they were asked for.</summary>
    public IReadOnlyList<NamedPath> All => _all;

    /// <summary>Adds a path.</summary>
    /// <param name="path">The path, absolute.</param>
    /// <param name="isMatch">Whether wildcards stood for it.</param>
    public void Add(byte[] path, bool isMatch)
    {
        var found = Reach(path).Last();
        if (found.Name(isMatch))
            _all.Add(found);
    }

    /// <summary>Whether a path lies in another that was named.</summary>
    public bool IsNested(NamedPath path) => Reach(path.Path).Any(outer => outer.IsNamed && outer != path);

    /// <summary>A path and what leads to it, from the top.</summary>
    private IEnumerable<NamedPath> Reach(byte[] path)
    {
        var current = _top;
        yield return current;
        for (var start = 0; start < path.Length;)
        {
            var length = path.AsSpan(start).IndexOf((byte)'/');
            var end = length < 0 ? path.Length : start + length;

            // The root of the system is a directory like others, whose name is empty.
            if (end > start || start == 0)
                yield return current = current.GetBelow(path[start..end], path[..Math.Max(end, 1)]);
            start = end + 1;
        }
    }
}

namespace Rekkord.Engine.Objects;

/// <summary>
/// A set of object IDs in little memory (43 to 64 bytes an ID): what a save must know is only whether content is stored already.
/// Thread-safe.
/// </summary>
internal sealed class OidSet
{
    private readonly Lock _lock = new();
    private readonly OidTable<Member> _members = new();
    private bool _hasZero;

    public int Count => _members.Count + (_hasZero ? 1 : 0);

    /// <summary>Adds an ID.</summary>
    /// <returns>Whether it was not in the set before.</returns>
    public bool Add(Oid oid)
    {
        lock (_lock)
            return oid == default ? !_hasZero && (_hasZero = true) : _members.TryAdd(new Member(oid));
    }

    public bool Contains(Oid oid)
    {
        lock (_lock)
            return oid == default ? _hasZero : _members.TryFind(oid, out _);
    }

    private readonly record struct Member(Oid Oid) : IOidEntry;
}

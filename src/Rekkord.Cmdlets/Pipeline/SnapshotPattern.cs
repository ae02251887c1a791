using System.Management.Automation;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>
/// The snapshots that a parameter for channels selects: those of channels that match its wildcards, of the channel in <c>channel:name</c>, or with
/// the ID in <c>id:digits</c>. A channel of that very name is never left out, whatever wildcards are in it.
/// </summary>
internal sealed class SnapshotPattern
{
    private readonly SnapshotName _name;
    private readonly WildcardPattern? _wildcards;

    /// <summary>Reads what the user gave.</summary>
    public SnapshotPattern(string text)
    {
        _name = SnapshotName.Parse(text);
        _wildcards = _name.Text == text ? WildcardPattern.Get(text, WildcardOptions.CultureInvariant) : null;
    }

    /// <summary>Whether it may stand for several channels, or none.</summary>
    public bool HasWildcards => _wildcards is not null && WildcardPattern.ContainsWildcardCharacters(_name.Text);

    public bool IsId => !_name.MayBeChannel;

    public bool IsMatch(Snapshot snapshot) => IsId ? _name.IsIdOf(snapshot) : IsMatch(snapshot.Summary.Channel);

    public bool IsMatch(string channel) => channel == _name.Text || _wildcards?.IsMatch(channel) == true;
}

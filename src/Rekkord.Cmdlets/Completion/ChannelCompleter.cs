using System.Management.Automation;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Completion;

/// <summary>Completes the names of channels, the IDs of snapshots after <c>id:</c> and where digits of one were typed, and after a name with a colon the paths in it.</summary>
public sealed class ChannelCompleter : RepositoryCompleter
{
    private protected override IEnumerable<CompletionResult> Find(RepositoryAccess repository, CompletedWord word, CancellationToken stop)
    {
        if (word.Text.Length > 0 && SnapshotReference.Parse(word.Text) is { Path: { } path, Name: { Length: > 0 } name })
            return ItemPathCompleter.Find(repository, name, word.FullPath(path), found => Quote($"{name}:{found}"), stop);
        var snapshots = List(repository, stop);
        if (word.Text.StartsWith(SnapshotReference.IdPrefix, StringComparison.OrdinalIgnoreCase))
            return SnapshotIdCompleter.Find(word.Text[SnapshotReference.IdPrefix.Length..], SnapshotReference.IdPrefix, snapshots);
        var isNew = word.Command.EndsWith("RekkordSave", StringComparison.OrdinalIgnoreCase);
        var channels = FindChannels(word.Text, snapshots, isNew);
        return isNew || word.Text.Length == 0 ? channels : channels.Concat(SnapshotIdCompleter.Find(word.Text, "", snapshots));
    }

    /// <summary>Completes a channel: with <c>channel:</c> where that was typed, or where the name alone would not say what is meant.</summary>
    private static IEnumerable<CompletionResult> FindChannels(string word, IReadOnlyList<Snapshot> snapshots, bool isNew)
    {
        var isExplicit = word.StartsWith(SnapshotReference.ChannelPrefix, StringComparison.OrdinalIgnoreCase);
        var start = isExplicit ? word[SnapshotReference.ChannelPrefix.Length..] : word;
        return snapshots.GroupBy(snapshot => snapshot.Summary.Channel)
            .Where(channel => channel.Key.StartsWith(start, StringComparison.OrdinalIgnoreCase) && SnapshotReference.CanName(channel.Key))
            .OrderBy(channel => channel.Key, StringComparer.Ordinal)
            .Select(channel => new CompletionResult(
                Quote(isExplicit || (!isNew && MayBeSomethingElse(channel.Key, snapshots)) ? SnapshotReference.ChannelPrefix + channel.Key : channel.Key),
                channel.Key,
                CompletionResultType.ParameterValue,
                $"{Count(channel)}, the newest of {Format(channel.Last())}"));
    }

    private static bool MayBeSomethingElse(string channel, IReadOnlyList<Snapshot> snapshots) => WildcardPattern.ContainsWildcardCharacters(channel)
        || snapshots.Any(SnapshotName.Parse(channel).IsIdOf);
}

/// <summary>Completes the IDs of snapshots, the newest first: those are looked for most.</summary>
public sealed class SnapshotIdCompleter : RepositoryCompleter
{
    private protected override IEnumerable<CompletionResult> Find(RepositoryAccess repository, CompletedWord word, CancellationToken stop) =>
        Find(word.Text, "", word.Command.StartsWith("Undo", StringComparison.OrdinalIgnoreCase) ? new SnapshotStore(repository).ListRemoved(_ => { }, stop) : List(repository, stop));

    internal static IEnumerable<CompletionResult> Find(string start, string prefix, IReadOnlyList<Snapshot> snapshots) => snapshots.Reverse()
        .Where(snapshot => snapshot.Id.ToString().StartsWith(start, StringComparison.OrdinalIgnoreCase))
        .Select(snapshot => new CompletionResult(
            prefix + snapshot.Id, snapshot.Id.ToString()[..12], CompletionResultType.ParameterValue, $"{snapshot.Summary.Channel}, {Format(snapshot)}"));
}

/// <summary>Completes the tags that snapshots have.</summary>
public sealed class TagCompleter : RepositoryCompleter
{
    private protected override IEnumerable<CompletionResult> Find(RepositoryAccess repository, CompletedWord word, CancellationToken stop) => List(repository, stop)
        .SelectMany(snapshot => snapshot.Summary.Tags.Select(tag => (Tag: tag, Snapshot: snapshot)))
        .Where(found => found.Tag.StartsWith(word.Text, StringComparison.OrdinalIgnoreCase))
        .GroupBy(found => found.Tag, found => found.Snapshot)
        .OrderBy(tag => tag.Key, StringComparer.Ordinal)
        .Select(tag => new CompletionResult(
            Quote(tag.Key), tag.Key, CompletionResultType.ParameterValue, $"{Count(tag)}, the newest of {tag.Last().Summary.Channel}, {Format(tag.Last())}"));
}

/// <summary>Completes the IDs of keyfiles, from the snapshots that they have signed.</summary>
public sealed class KeyIdCompleter : RepositoryCompleter
{
    private protected override IEnumerable<CompletionResult> Find(RepositoryAccess repository, CompletedWord word, CancellationToken stop) => List(repository, stop)
        .Where(snapshot => snapshot.KeyId.Length > 0 && snapshot.KeyId.StartsWith(word.Text, StringComparison.OrdinalIgnoreCase))
        .GroupBy(snapshot => snapshot.KeyId)
        .Select(key => new CompletionResult(
            key.Key, key.Key[..12], CompletionResultType.ParameterValue, $"{Count(key)}, the newest of {key.Last().Summary.HostName}, {Format(key.Last())}"));
}

/// <summary>Completes paths in the snapshot that the command names.</summary>
public sealed class ItemPathCompleter : RepositoryCompleter
{
    private protected override IEnumerable<CompletionResult> Find(RepositoryAccess repository, CompletedWord word, CancellationToken stop)
    {
        var name = word.Parameters.GetValueOrDefault("Snapshot") ?? word.Parameters.GetValueOrDefault("Difference") ?? word.Parameters.GetValueOrDefault("Id");
        return name?.ToString() is { Length: > 0 } snapshot ? Find(repository, SnapshotReference.Parse(snapshot).Name, word.FullPath(word.Text), Quote, stop) : [];
    }

    /// <summary>The entries of the directory that was typed so far; the saved paths before there is one.</summary>
    internal static IEnumerable<CompletionResult> Find(RepositoryAccess repository, string snapshot, string start, Func<string, string> complete, CancellationToken stop)
    {
        using var browser = new SnapshotBrowser(repository);
        var slash = start.LastIndexOf('/');
        var directory = slash < 0 ? null : slash == 0 ? "/" : start[..slash];
        foreach (var item in browser.Open(snapshot, _ => { }, stop).List(new ListRequest { Path = directory, IsLiteral = true }, _ => { }, stop))
        {
            if (item.Path.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                yield return new CompletionResult(complete(item.Path), item.Name.Length == 0 ? item.Path : item.Name, CompletionResultType.ParameterValue, $"{item.Kind}, {item.Path}");
        }
    }
}

using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Completion;

/// <summary>
/// Completes the names of channels, and after <c>id:</c> the IDs, from the snapshots of the repository that the command line, the
/// environment or the configuration names. Somebody is typing: whatever goes wrong, takes long or would have to be asked gives no completions, and no error.
/// </summary>
public sealed class ChannelCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        using var stop = new CancellationTokenSource(Patience);
        try
        {
            var request = CreateRequest(fakeBoundParameters);
            var token = stop.Token;
            var listing = Task.Run(() => List(request, token), token);

            // Storage that does not answer is left to itself.
            if (!listing.Wait(Patience))
                return [];
            var word = wordToComplete.Trim('\'', '"');
            return [.. word.StartsWith(SnapshotReference.IdPrefix, StringComparison.OrdinalIgnoreCase)
                ? CompleteId(word, listing.Result)
                : CompleteChannel(word, listing.Result, isNew: commandName.EndsWith("RekkordSave", StringComparison.OrdinalIgnoreCase))];
        }
#pragma warning disable CA1031 // There is no place to show an error in, and nothing to undo.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    private static ConfigurationRequest CreateRequest(IDictionary parameters)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript("$args.ForEach{ $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($_ ? $_ : '.') }")
            .AddArgument(null).AddArgument(parameters["ConfigPath"]).AddArgument(parameters["KeyFile"]);
        var paths = shell.Invoke<string>();
        return new ConfigurationRequest
        {
            WorkingDirectory = paths[0],
            ConfigPath = parameters.Contains("ConfigPath") ? paths[1] : null,
            KeyFile = parameters.Contains("KeyFile") ? paths[2] : null,
            Repository = parameters["Repository"]?.ToString(),
        };
    }

    private static IReadOnlyList<Snapshot> List(ConfigurationRequest request, CancellationToken stop)
    {
        var config = RekkordConfig.Load(request);
        if (config.Repository is not { Url.Value: { } url, KeyFile.Value: { } keyFile })
            return [];
        var options = new KeyFileOptions
        {
            GetPassphrase = PassphraseSource.FromEnvironment,
            TrustPermissions = config.Repository.TrustKeyFilePermissions.Value,
        };
        using var repository = RepositoryAccess.Open(url, KeyFile.Read(keyFile, options), options: StoreOptions.From(config), cancellation: stop);
        repository.RememberTags();
        return new SnapshotStore(repository).List(_ => { }, stop);
    }

    /// <summary>Completes a channel: with <c>channel:</c> where that was typed, or where the name alone would not say what is meant.</summary>
    private static IEnumerable<CompletionResult> CompleteChannel(string word, IReadOnlyList<Snapshot> snapshots, bool isNew)
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
                $"{channel.Count()} snapshots, the newest of {Format(channel.Last())}"));
    }

    private static bool MayBeSomethingElse(string channel, IReadOnlyList<Snapshot> snapshots) => WildcardPattern.ContainsWildcardCharacters(channel)
        || snapshots.Any(SnapshotName.Parse(channel).IsIdOf);

    /// <summary>Completes an ID, the newest first: those are looked for most.</summary>
    private static IEnumerable<CompletionResult> CompleteId(string word, IReadOnlyList<Snapshot> snapshots) => snapshots.Reverse()
        .Where(snapshot => snapshot.Id.ToString().StartsWith(word[SnapshotReference.IdPrefix.Length..], StringComparison.OrdinalIgnoreCase))
        .Select(snapshot => new CompletionResult(
            SnapshotReference.IdPrefix + snapshot.Id, snapshot.Id.ToString()[..12], CompletionResultType.ParameterValue, $"{snapshot.Summary.Channel}, {Format(snapshot)}"));

    private static string Format(Snapshot snapshot) => snapshot.Summary.Time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Quote(string channel) =>
        channel[0] != '-' && channel.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/' or ':')
            ? channel
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(channel)}'";
}

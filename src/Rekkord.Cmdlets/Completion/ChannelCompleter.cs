using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Cmdlets.Completion;

/// <summary>
/// Completes the names of channels from the snapshots of the repository that the command line, the environment or the configuration
/// names. Somebody is typing: whatever goes wrong, takes long or would have to be asked gives no completions, and no error.
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
            var listing = Task.Run(() => ListChannels(request, token), token);

            // Storage that does not answer is left to itself.
            return listing.Wait(Patience) ? [.. Complete(wordToComplete.Trim('\'', '"'), listing.Result)] : [];
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

    private static List<IGrouping<string, SnapshotSummary>> ListChannels(ConfigurationRequest request, CancellationToken stop)
    {
        var config = RekkordConfig.Load(request);
        if (config.Repository is not { Url.Value: { } url, KeyFile.Value: { } keyFile })
            return [];
        var options = new KeyFileOptions
        {
            GetPassphrase = PassphraseSource.FromEnvironment,
            TrustPermissions = config.Repository.TrustKeyFilePermissions.Value,
        };
        using var repository = RepositoryAccess.Open(ObjectStore.Open(url), KeyFile.Read(keyFile, options));
        repository.RememberTags();
        return [.. new SnapshotStore(repository).List(_ => { }, stop).Select(snapshot => snapshot.Summary).GroupBy(summary => summary.Channel)];
    }

    private static IEnumerable<CompletionResult> Complete(string word, List<IGrouping<string, SnapshotSummary>> channels) => channels
        .Where(channel => channel.Key.StartsWith(word, StringComparison.OrdinalIgnoreCase))
        .OrderBy(channel => channel.Key, StringComparer.Ordinal)
        .Select(channel => new CompletionResult(Quote(channel.Key), channel.Key, CompletionResultType.ParameterValue, Describe(channel)));

    private static string Describe(IGrouping<string, SnapshotSummary> channel) => string.Create(
        CultureInfo.CurrentCulture, $"{channel.Count()} snapshots, the newest of {channel.Max(summary => summary.Time).ToLocalTime():g}");

    private static string Quote(string channel) =>
        channel[0] != '-' && channel.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/')
            ? channel
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(channel)}'";
}

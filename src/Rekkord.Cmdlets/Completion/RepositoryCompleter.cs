using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Secrets;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Completion;

/// <summary>
/// Completes an argument from what is in the repository that the command line, the environment or the configuration names. Somebody is
/// typing: whatever goes wrong, takes long or would have to be asked gives no completions, and no error.
/// </summary>
public abstract class RepositoryCompleter : IArgumentCompleter
{
    /// <summary>More than that nobody reads.</summary>
    private const int MostResults = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        using var stop = new CancellationTokenSource(Patience);
        try
        {
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            var session = shell.AddScript("$ExecutionContext.SessionState").Invoke<SessionState>()[0];
            var parameters = FindParameters(commandAst, fakeBoundParameters, session.PSVariable);

            // The session may be in a drive of another kind, such as the one that shows a repository.
            var directory = session.Path.CurrentFileSystemLocation.ProviderPath;
            var home = session.Provider.GetOne("FileSystem").Home;
            var request = CreateRequest(session, directory, home, parameters);
            var word = new CompletedWord(commandName, wordToComplete.Trim('\'', '"'), parameters, directory, home);
            var token = stop.Token;
            var unlocked = UnlockedKeys.OfSession();
            var finding = Task.Run(() => Find(request, word, unlocked, token), token);

            // Storage that does not answer is left to itself.
            return finding.Wait(Patience) ? finding.Result : [];
        }
#pragma warning disable CA1031 // There is no place to show an error in, and nothing to undo.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    /// <summary>What can stand for the word.</summary>
    private protected abstract IEnumerable<CompletionResult> Find(RepositoryAccess repository, CompletedWord word, CancellationToken stop);

    /// <summary>The snapshots of the repository, oldest first.</summary>
    private protected static IReadOnlyList<Snapshot> List(RepositoryAccess repository, CancellationToken stop) => new SnapshotStore(repository).List(_ => { }, stop);

    /// <summary>How many snapshots there are, in words.</summary>
    private protected static string Count(IEnumerable<Snapshot> snapshots) => snapshots.Count() is var count and not 1 ? $"{count} snapshots" : "1 snapshot";

    /// <summary>When a snapshot was made, and how long ago that is.</summary>
    private protected static string Format(Snapshot snapshot)
    {
        var time = snapshot.Summary.Time.ToLocalTime();
        return string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm}, {FormatAge(DateTimeOffset.Now - time)}");
    }

    private static string FormatAge(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{(int)age.TotalDays} days ago",
        { TotalHours: >= 2 } => $"{(int)age.TotalHours} hours ago",
        { TotalMinutes: >= 2 } => $"{(int)age.TotalMinutes} minutes ago",
        { TotalMinutes: >= 1 } => "a minute ago",
        _ => "just now",
    };

    /// <summary>A text as an argument.</summary>
    internal static string Quote(string text) =>
        text[0] != '-' && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/' or ':')
            ? text
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    private List<CompletionResult> Find(ConfigurationRequest request, CompletedWord word, UnlockedKeys unlocked, CancellationToken stop)
    {
        var config = RekkordConfig.Load(request);
        if (config.Repository is not { Url.Value: { } url, KeyFile.Value: { } keyFile })
            return [];
        var options = new KeyFileOptions
        {
            GetPassphrase = () => unlocked.Find(keyFile) ?? PassphraseSource.FromEnvironment() ?? (config.Repository.PassphraseFrom.Value is { } place ? SecretReader.ReadPassphrase(RequireSilent(place), stop) : null),
            TrustPermissions = config.Repository.TrustKeyFilePermissions.Value,
        };
        var storeOptions = StoreOptions.From(config, url, reference => SecretReader.ReadText(RequireSilent(reference), stop)) with { CacheDirectory = CacheLocation.Default };
        using var repository = RepositoryAccess.Open(url, KeyFile.Read(keyFile, options), options: storeOptions, cancellation: stop);
        repository.RememberTags();
        return [.. Find(repository, word, stop).Take(MostResults)];
    }

    /// <summary>No program is run and no vault is opened because somebody presses a key.</summary>
    private static SecretReference RequireSilent(SecretReference reference) => reference as SecretReference.OfService ?? throw new InvalidOperationException("It may have to be asked for.");

    /// <summary>The parameters that the session gives every such command, and those on the command line: those that PowerShell found, and those whose value is a variable.</summary>
    private static Dictionary<string, object?> FindParameters(CommandAst command, IDictionary found, PSVariableIntrinsics variables)
    {
        var parameters = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        AddDefaults(parameters, command.GetCommandName(), variables);
        var elements = command.CommandElements;
        for (var i = 1; i < elements.Count; i++)
        {
            if (elements[i] is VariableExpressionAst { Splatted: true } splatted && variables.GetValue(splatted.VariablePath.UserPath) is IDictionary table)
            {
                foreach (DictionaryEntry entry in table)
                    parameters[$"{entry.Key}"] = entry.Value;
            }
            else if (elements[i] is CommandParameterAst parameter && (parameter.Argument ?? elements.ElementAtOrDefault(i + 1)) is VariableExpressionAst { Splatted: false } variable)
            {
                parameters[parameter.ParameterName] = variables.GetValue(variable.VariablePath.UserPath);
            }
        }

        foreach (DictionaryEntry entry in found)
            parameters[$"{entry.Key}"] = entry.Value;
        return parameters;
    }

    private static void AddDefaults(Dictionary<string, object?> parameters, string? command, PSVariableIntrinsics variables)
    {
        if (command is null || variables.GetValue("PSDefaultParameterValues") is not IDictionary defaults || LanguagePrimitives.IsTrue(defaults["Disabled"]))
            return;
        foreach (DictionaryEntry entry in defaults)
        {
            // A block would have to be run.
            if ($"{entry.Key}".Split(':', 2) is [var name, var parameter] && entry.Value is not ScriptBlock && WildcardPattern.Get(name.Trim(), WildcardOptions.IgnoreCase).IsMatch(command))
                parameters[parameter.Trim()] = entry.Value;
        }
    }

    private static ConfigurationRequest CreateRequest(SessionState session, string directory, string home, Dictionary<string, object?> parameters)
    {
        var (config, keyFile, repository) = (TextOf("ConfigPath"), TextOf("KeyFile"), TextOf("Repository"));
        return new ConfigurationRequest
        {
            WorkingDirectory = directory,
            ConfigPath = Resolve(config),
            KeyFile = Resolve(keyFile),
            Repository = repository,
        };

        string? Resolve(string? path) => path switch
        {
            null => null,
            "~" or ['~', '/' or '\\', ..] => home + path[1..],
            _ when path.Contains(':', StringComparison.Ordinal) => session.Path.GetUnresolvedProviderPathFromPSPath(path),
            _ => Path.GetFullPath(path, directory),
        };

        string? TextOf(string name) => parameters.TryGetValue(name, out var value) ? value?.ToString() : null;
    }
}

/// <summary>What is to be completed.</summary>
/// <param name="Command">The command.</param>
/// <param name="Text">What was typed of the word, without quotes.</param>
/// <param name="Parameters">The command's parameters, as far as they are known.</param>
/// <param name="Directory">What a path that does not begin at the root begins at.</param>
/// <param name="Home">What <c>~</c> stands for.</param>
internal sealed record CompletedWord(string Command, string Text, IReadOnlyDictionary<string, object?> Parameters, string Directory, string Home)
{
    /// <summary>A path that was begun, from the root on: its separator at the end stays.</summary>
    public string FullPath(string path) => path switch
    {
        "~" or ['~', '/' or '\\', ..] => Home + path[1..],
        ['.', '/' or '\\', ..] or ['.', '.', '/' or '\\', ..] => Path.GetFullPath(path, Directory),
        _ => path,
    };
}

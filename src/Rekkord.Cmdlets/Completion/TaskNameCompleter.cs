using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Scheduling;

namespace Rekkord.Cmdlets.Completion;

/// <summary>Completes the names of the tasks that Register-RekkordTask has made.</summary>
public sealed class TaskNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        var word = (wordToComplete ?? "").Trim('\'', '"');
        var scheduler = Enum.TryParse<SchedulerKind>(fakeBoundParameters["Scheduler"]?.ToString(), ignoreCase: true, out var given) ? given : TaskStore.UsualScheduler;
        var isOfUser = LanguagePrimitives.IsTrue(fakeBoundParameters["User"]);
        try
        {
            return [.. new TaskStore(scheduler, isOfUser, FindDirectory(fakeBoundParameters["Directory"]?.ToString())).List(CancellationToken.None)
                .Where(task => task.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                .Select(task => new CompletionResult(task.Name, task.Name, CompletionResultType.ParameterValue, $"{task.Name}, {string.Join(", ", task.Files)}"))];
        }
        catch (Exception error) when (error is RekkordException or IOException or UnauthorizedAccessException or RuntimeException)
        {
            // Somebody is typing: the command itself says what is wrong.
            return [];
        }
    }

    private static string? FindDirectory(string? given)
    {
        if (given is null)
            return null;
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddScript("$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])").AddArgument(given).Invoke<string>()[0];
    }
}

/// <summary>Completes the time zones that this machine knows.</summary>
public sealed class TimeZoneCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        return TimeZoneInfo.GetSystemTimeZones()
            .Where(zone => zone.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .OrderBy(zone => zone.Id, StringComparer.Ordinal)
            .Select(zone => new CompletionResult(RepositoryCompleter.Quote(zone.Id), zone.Id, CompletionResultType.ParameterValue, zone.DisplayName));
    }
}

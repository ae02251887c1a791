using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Errors;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Lists the tasks of Register-RekkordTask, with how their last run ended where the scheduler tells.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordTask")]
[OutputType(typeof(RekkordTask))]
public sealed class GetRekkordTaskCommand : TaskCommand
{
    /// <summary>Only tasks whose names match, with wildcards.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TaskNameCompleter))]
    public string Name { get; set; } = "*";

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var pattern = WildcardPattern.Get(Name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        var found = OpenTasks().List(StopToken).Where(task => pattern.IsMatch(task.Name)).ToArray();
        if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(Name))
            WriteError(ErrorRecords.Create(new RekkordException("TaskNotFound", RekkordErrorKind.NotFound, $"{Scheduler} has no task '{Name}' of Register-RekkordTask.", Name)));
        foreach (var task in found)
            WriteObject(new RekkordTask(task));
    });
}

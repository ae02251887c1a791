using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Engine.Errors;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Removes a task of Register-RekkordTask. Its script stays.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "RekkordTask", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordTask))]
public sealed class UnregisterRekkordTaskCommand : TaskCommand
{
    /// <summary>The task's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TaskNameCompleter))]
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var tasks = OpenTasks();
        var task = tasks.List(StopToken).FirstOrDefault(task => task.Name == Name)
            ?? throw new RekkordException("TaskNotFound", RekkordErrorKind.NotFound, $"{Scheduler} has no task '{Name}' of Register-RekkordTask.", Name);
        if (!ShouldProcess($"'{Name}' of {Scheduler}", "Remove the task"))
            return;
        tasks.Unregister(task, StopToken);
        WriteObject(new RekkordTask(task));
    });
}

using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Scheduling;

namespace Rekkord.Cmdlets.Commands;

/// <summary>The cmdlets for scripts that run at a time of day.</summary>
public abstract class TaskCommand : RekkordCommand
{
    /// <summary>What runs the task; otherwise systemd where it is, launchd on macOS, cron on other Unix systems, and the task scheduler on Windows.</summary>
    [Parameter]
    public RekkordScheduler Scheduler { get; set; } = (RekkordScheduler)TaskStore.UsualScheduler;

    /// <summary>A task of the user's and not of the machine's; with systemd and launchd.</summary>
    [Parameter]
    public SwitchParameter User { get; set; }

    /// <summary>A directory for the task's files that is not the scheduler's. The scheduler is told nothing.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Directory { get; set; }

    private protected TaskStore OpenTasks()
    {
        if (User && Scheduler is not (RekkordScheduler.Systemd or RekkordScheduler.Launchd))
        {
            throw new RekkordException(
                "TaskOfUserUnsupported", RekkordErrorKind.InvalidArgument, $"-User is for systemd and launchd, not for {Scheduler}. Write the files with -Directory, and give them to the scheduler yourself.");
        }

        return new TaskStore((SchedulerKind)Scheduler, User, Directory is null ? null : ResolvePath(Directory));
    }
}

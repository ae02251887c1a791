using Rekkord.Engine.Scheduling;

namespace Rekkord.Cmdlets.Models;

/// <summary>A script that the system runs at a time of day.</summary>
public sealed class RekkordTask
{
    internal RekkordTask(RegisteredTask task)
    {
        Name = task.Name;
        Scheduler = (RekkordScheduler)task.Scheduler;
        Files = [.. task.Files];
        LastExitCode = task.Last?.ExitCode;
        LastRunTime = task.Last?.Time;
        NextRunTime = task.Next;
        Status = task.Last is not { } last ? RekkordTaskStatus.Unknown
            : last.Time is null ? RekkordTaskStatus.NotRun
            : last.ExitCode == 0 ? RekkordTaskStatus.Succeeded
            : RekkordTaskStatus.Failed;
    }

    /// <summary>How its last run ended.</summary>
    public RekkordTaskStatus Status { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What runs it.</summary>
    public RekkordScheduler Scheduler { get; }

    /// <summary>The exit code of its last run; null where the scheduler does not tell, or there was none.</summary>
    public int? LastExitCode { get; }

    /// <summary>When its last run ended; null where the scheduler does not tell, or there was none.</summary>
    public DateTimeOffset? LastRunTime { get; }

    /// <summary>When it runs next; null where the scheduler does not tell, or it does not.</summary>
    public DateTimeOffset? NextRunTime { get; }

    /// <summary>The files that it consists of.</summary>
    public string[] Files { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>How the last run of a task ended.</summary>
public enum RekkordTaskStatus
{
    /// <summary>The scheduler does not tell. cron never does.</summary>
    Unknown,

    /// <summary>It has not run yet.</summary>
    NotRun,

    /// <summary>With exit code 0.</summary>
    Succeeded,

    /// <summary>With another exit code.</summary>
    Failed,
}

/// <summary>What runs tasks.</summary>
public enum RekkordScheduler
{
    /// <summary>systemd, by a timer.</summary>
    Systemd,

    /// <summary>cron, by a file in <c>/etc/cron.d</c>.</summary>
    Cron,

    /// <summary>The task scheduler of Windows.</summary>
    Windows,

    /// <summary>launchd of macOS, by a daemon of the machine or an agent of the user.</summary>
    Launchd,
}

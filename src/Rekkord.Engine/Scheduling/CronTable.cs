using System.Globalization;

namespace Rekkord.Engine.Scheduling;

/// <summary>A task as a file for <c>/etc/cron.d</c>. cron mails what a command writes, so this one writes only when it fails.</summary>
public static class CronTable
{
    /// <summary>The file.</summary>
    /// <param name="task">The task.</param>
    /// <param name="user">Who runs it.</param>
    public static TaskFile Create(TaskDefinition task, string user)
    {
        ArgumentNullException.ThrowIfNull(task);
        var days = task.Days.Count == 0 ? "*" : string.Join(',', task.Days.Select(day => (int)day));
        var command = string.Join(' ', task.CommandLine.Select(Quote));
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{task.At.Minute} {task.At.Hour} * * {days} {user} said=$({command} 2>&1) || {{ code=$?; echo \"$said\"; exit $code; }}");
        return new TaskFile(task.FileName, $"# Made by Register-RekkordTask.\nSHELL=/bin/sh\nHOME={task.Home}\nNO_COLOR=1\n{line}\n");
    }

    /// <summary>A word as the shell reads it. cron makes a line's end of a percent sign.</summary>
    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal) + "'";
}

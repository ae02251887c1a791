using System.Globalization;

namespace Rekkord.Engine.Scheduling;

/// <summary>A task as systemd's units: a service that runs it, and a timer that starts the service.</summary>
public static class SystemdUnits
{
    /// <summary>The units. A save that is stopped has ten minutes for its post hooks.</summary>
    public static IReadOnlyList<TaskFile> Create(TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var service = $"""
            # Made by Register-RekkordTask.
            [Unit]
            Description=Rekkord task {task.Name}

            [Service]
            Type=oneshot
            Environment={Quote($"HOME={task.Home}")} NO_COLOR=1
            ExecStart={string.Join(' ', task.CommandLine.Select(word => Quote(word).Replace("$", "$$", StringComparison.Ordinal)))}
            TimeoutStopSec=10min

            """;
        var days = task.Days.Count == 0 ? "" : string.Join(',', task.Days.Select(day => day.ToString()[..3])) + " ";
        var timer = string.Create(CultureInfo.InvariantCulture, $"""
            # Made by Register-RekkordTask.
            [Unit]
            Description=Rekkord task {task.Name}

            [Timer]
            OnCalendar={days}*-*-* {task.At:HH:mm}:00
            Persistent=true

            [Install]
            WantedBy=timers.target

            """);
        return [new TaskFile($"{task.FileName}.service", service), new TaskFile($"{task.FileName}.timer", timer)];
    }

    /// <summary>A word as systemd reads it: quoted, and without specifiers. In a command line, systemd would also replace variables.</summary>
    private static string Quote(string word)
    {
        var text = word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal);
        return $"\"{text}\"";
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Scheduling;

/// <summary>What runs tasks.</summary>
public enum SchedulerKind
{
    /// <summary>systemd.</summary>
    Systemd,

    /// <summary>cron.</summary>
    Cron,

    /// <summary>The task scheduler of Windows.</summary>
    Windows,

    /// <summary>launchd of macOS.</summary>
    Launchd,
}

/// <summary>The tasks of one scheduler on this machine, or the files of tasks in a directory that no scheduler reads.</summary>
/// <param name="scheduler">The scheduler.</param>
/// <param name="ofUser">Whether it is the user's and not the machine's; with systemd and launchd only.</param>
/// <param name="directory">Another directory than the scheduler's. Then only files are written.</param>
public sealed partial class TaskStore(SchedulerKind scheduler, bool ofUser, string? directory)
{
    /// <summary>What runs tasks where nobody says: systemd where it is, launchd on macOS, cron on other Unix systems, and the task scheduler on Windows.</summary>
    public static SchedulerKind UsualScheduler { get; } = OperatingSystem.IsWindows() ? SchedulerKind.Windows
        : OperatingSystem.IsMacOS() ? SchedulerKind.Launchd
        : Directory.Exists("/run/systemd/system") ? SchedulerKind.Systemd
        : SchedulerKind.Cron;

    private const int LooksForJob = 50; // ten seconds
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(0.2);

    private static readonly string[] Overwrite = ["/F"];

    // The last one is systemd's that reads cron's files. The directories of the system are not in everybody's PATH.
    private static readonly string[] CronPrograms = ["cron", "crond", "systemd-crontab-generator"];
    private static readonly string[] SystemDirectories = ["/usr/sbin", "/sbin", "/usr/lib/systemd/system-generators"];

    private readonly string _directory = directory ?? (scheduler, ofUser) switch
    {
        (SchedulerKind.Systemd, true) => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config/systemd/user"),
        (SchedulerKind.Systemd, false) => "/etc/systemd/system",
        (SchedulerKind.Cron, _) => "/etc/cron.d",
        (SchedulerKind.Launchd, true) => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "Library/LaunchAgents"),
        (SchedulerKind.Launchd, false) => "/Library/LaunchDaemons",
        _ => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "rekkord", "tasks"),
    };

    /// <summary>Why tasks may never run, as a sentence; null when nothing speaks for that. systemd and Windows say it themselves.</summary>
    public string? FindDoubt() => scheduler != SchedulerKind.Cron || directory is not null || CronPrograms.Any(IsInstalled) ? null
        : "There is no cron on this machine (no program cron or crond), and so nothing that would run the task. Install one, or have something else start the script.";

    private static bool IsInstalled(string program) =>
        ProgramSearch.Find(program) is not null || SystemDirectories.Any(place => File.Exists(Path.Combine(place, program)));

    /// <summary>Writes a task's files, and tells the scheduler of it.</summary>
    /// <exception cref="RekkordException">There is such a task (<c>TaskExists</c>), a file cannot be written (<c>TaskNotWritable</c>), the scheduler refuses it (<c>TaskNotRegistered</c>), or it is running with launchd (<c>TaskRunning</c>).</exception>
    public RegisteredTask Register(TaskDefinition task, bool overwrite, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        IReadOnlyList<TaskFile> files = scheduler switch
        {
            SchedulerKind.Systemd => SystemdUnits.Create(task),
            SchedulerKind.Cron => [CronTable.Create(task, Environment.UserName)],
            SchedulerKind.Launchd => [LaunchdJob.Create(task, Path.Combine(ofUser ? Path.Combine(task.Home, "Library/Logs") : "/var/log", $"{task.FileName}.log"))],
            _ => [WindowsTask.Create(task)],
        };
        string[] paths = [.. files.Select(file => Path.Combine(_directory, file.Name))];
        if (!overwrite && paths.FirstOrDefault(File.Exists) is { } existing)
            throw new RekkordException("TaskExists", RekkordErrorKind.AlreadyExists, $"There is a task '{task.Name}' already, in '{existing}'. Give another name, or add -Force to replace it.", existing);
        if (directory is null && scheduler == SchedulerKind.Launchd)
            RequireIdle(task.Name, cancellation);
        byte[]?[] before;
        try
        {
            before = [.. paths.Select(path => File.Exists(path) ? File.ReadAllBytes(path) : null)];
            Directory.CreateDirectory(_directory);
            foreach (var (path, file) in paths.Zip(files))
                File.WriteAllText(path, file.Content, scheduler == SchedulerKind.Windows ? Encoding.Unicode : new UTF8Encoding(false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException("TaskNotWritable", RekkordErrorKind.WriteError, $"The files of the task '{task.Name}' cannot be written to '{_directory}': {error.Message}", _directory, error);
        }

        try
        {
            if (directory is null)
                Activate(task, paths, overwrite, cancellation);
        }
        catch (Exception error) when (error is RekkordException or OperationCanceledException)
        {
            if (Undo(task, paths, before) is not { } left || error is not RekkordException failure)
                throw;
            throw new RekkordException(failure.ErrorId, failure.Kind, $"{failure.Message} {left}", failure.Target, failure);
        }

        return Describe(task.Name, paths, cancellation);
    }

    /// <summary>What is not registered is not there either, and a task that was to be replaced is what it was: it can be tried again.</summary>
    /// <returns>What could not be undone, as a sentence; null when all was.</returns>
    private string? Undo(TaskDefinition task, string[] paths, byte[]?[] before)
    {
        var isNew = Array.TrueForAll(before, content => content is null);
        if (isNew && scheduler == SchedulerKind.Systemd)
            Systemctl(CancellationToken.None, "disable", "--now", $"{task.FileName}.timer");
        if (scheduler == SchedulerKind.Launchd)
            BootOut(task.FileName, CancellationToken.None);
        string? problem = null;
        foreach (var (path, content) in paths.Zip(before))
        {
            try
            {
                if (content is null)
                    File.Delete(path);
                else
                    File.WriteAllBytes(path, content);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problem = $"The file '{path}' could not be {(content is null ? "removed" : "put back")}: {error.Message}";
            }
        }

        if (scheduler == SchedulerKind.Systemd)
            Systemctl(CancellationToken.None, "daemon-reload");
        else if (scheduler == SchedulerKind.Launchd && !isNew && Bootstrap(paths[0], CancellationToken.None) is { Code: not 0 } refusal)
            problem ??= $"The task that was before could not be loaded again: {OneLine.From(refusal.Output, 500)}";
        return problem;
    }

    /// <summary>Takes a task from the scheduler, and removes its files.</summary>
    public void Unregister(RegisteredTask task, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        var name = TaskDefinition.Prefix + task.Name;
        if (directory is null && scheduler == SchedulerKind.Systemd)
        {
            Systemctl(cancellation, "disable", "--now", $"{name}.timer");
        }
        else if (directory is null && scheduler == SchedulerKind.Launchd)
        {
            RequireIdle(task.Name, cancellation);
            BootOut(name, cancellation);
        }

        try
        {
            foreach (var file in task.Files)
                File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException("TaskNotWritable", RekkordErrorKind.WriteError, $"The task '{task.Name}' cannot be removed: {error.Message}", task.Name, error);
        }

        if (directory is null && scheduler == SchedulerKind.Systemd)
            Systemctl(cancellation, "daemon-reload");
        else if (directory is null && scheduler == SchedulerKind.Windows)
            Demand(task.Name, Run("schtasks", cancellation, "/Delete", "/TN", $"Rekkord\\{task.Name}", "/F"));
    }

    /// <summary>The tasks there are.</summary>
    public IReadOnlyList<RegisteredTask> List(CancellationToken cancellation)
    {
        if (!Directory.Exists(_directory))
            return [];
        var files = Directory.EnumerateFiles(_directory, $"{TaskDefinition.Prefix}*").Where(file => IsOfScheduler(file) && IsMade(file));
        return [.. files.GroupBy(file => Path.GetFileNameWithoutExtension(file)[TaskDefinition.Prefix.Length..])
            .OrderBy(task => task.Key, StringComparer.Ordinal)
            .Select(task => Describe(task.Key, [.. task.Order(StringComparer.Ordinal)], cancellation))];
    }

    private bool IsOfScheduler(string file) => Path.GetExtension(file) switch
    {
        ".service" or ".timer" => scheduler == SchedulerKind.Systemd,
        ".xml" => scheduler == SchedulerKind.Windows,
        ".plist" => scheduler == SchedulerKind.Launchd,
        "" => scheduler == SchedulerKind.Cron,
        _ => false,
    };

    private static bool IsMade(string file) => File.ReadLines(file).Take(10).Any(line => line.Contains("Made by Register-RekkordTask", StringComparison.Ordinal));

    private void Activate(TaskDefinition task, string[] paths, bool overwrite, CancellationToken cancellation)
    {
        if (scheduler == SchedulerKind.Systemd)
        {
            Demand(task.Name, Systemctl(cancellation, "daemon-reload"));
            Demand(task.Name, Systemctl(cancellation, "enable", "--now", $"{task.FileName}.timer"));
        }
        else if (scheduler == SchedulerKind.Launchd)
        {
            BootOut(task.FileName, cancellation); // one of that name that is loaded keeps the new one out
            Demand(task.Name, Bootstrap(paths[0], cancellation));
        }
        else if (scheduler == SchedulerKind.Windows)
        {
            RequireTrust(task, paths[0]);
            Demand(task.Name, Run("schtasks", cancellation, ["/Create", "/TN", $"Rekkord\\{task.Name}", "/XML", paths[0], .. overwrite ? Overwrite : []]));
        }
    }

    /// <summary>Every user may make the directory before the administrator does, and could then change what the scheduler is given.</summary>
    private static void RequireTrust(TaskDefinition task, string path)
    {
        if (PathTrust.Create().CheckNamed(path) is { } doubt)
        {
            throw new RekkordException(
                "TaskNotWritable",
                RekkordErrorKind.Security,
                $"The task '{task.Name}' is not given to the scheduler: {doubt.Reason}.{(doubt.Remedy is { } command ? $" Run: {command}" : "")}",
                path);
        }
    }

    private RegisteredTask Describe(string name, IReadOnlyList<string> files, CancellationToken cancellation) => (directory, scheduler) switch
    {
        (null, SchedulerKind.Systemd) => AskSystemd(name, files, cancellation),
        (null, SchedulerKind.Launchd) => new(name, scheduler, files, null)
        {
            IsActive = PrintJob(TaskDefinition.Prefix + name, cancellation).Code == 0,
        },
        _ => new(name, scheduler, files, null),
    };

    /// <summary>What launchd calls those whose jobs are meant: the machine, or the user who is logged in.</summary>
    private string Domain => ofUser ? $"gui/{LibC.EffectiveUser()}" : "system";

    /// <summary>To take a job from launchd ends what runs of it, and that may be a save.</summary>
    private void RequireIdle(string name, CancellationToken cancellation)
    {
        if (PrintJob(TaskDefinition.Prefix + name, cancellation) is not (0, var job) || !RunningJob().IsMatch(job))
            return;
        throw new RekkordException(
            "TaskRunning", RekkordErrorKind.InvalidOperation, $"The task '{name}' is running, and launchd would end it. Wait until it is done, or end it: launchctl kill SIGTERM {Domain}/{TaskDefinition.Prefix}{name}", name);
    }

    /// <summary>launchctl may return before the job is gone, and until then another of its name is refused.</summary>
    private void BootOut(string label, CancellationToken cancellation)
    {
        Run("launchctl", cancellation, "bootout", $"{Domain}/{label}");
        for (var looks = 0; looks < LooksForJob && PrintJob(label, cancellation).Code == 0; looks++)
            cancellation.WaitHandle.WaitOne(BetweenLooks);
    }

    private (int Code, string Output) Bootstrap(string path, CancellationToken cancellation) => Run("launchctl", cancellation, "bootstrap", Domain, path);

    private (int Code, string Output) PrintJob(string label, CancellationToken cancellation) => Run("launchctl", cancellation, "print", $"{Domain}/{label}");

    [GeneratedRegex(@"^\s*(pid = [0-9]+|state = running)\s*$", RegexOptions.Multiline)]
    private static partial Regex RunningJob();

    private RegisteredTask AskSystemd(string name, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var task = new RegisteredTask(name, scheduler, files, null);
        var unit = $"{TaskDefinition.Prefix}{name}";
        var (code, output) = Systemctl(
            cancellation, "show", $"{unit}.service", $"{unit}.timer", "--property=Id,ExecMainStatus,ExecMainExitTimestamp,ActiveState,NextElapseUSecRealtime", "--timestamp=unix");
        if (code != 0)
            return task;
        var units = output.Split("\n\n").Select(Parse).ToDictionary(values => values.GetValueOrDefault("Id", ""));
        var (service, timer) = (units.GetValueOrDefault($"{unit}.service", []), units.GetValueOrDefault($"{unit}.timer", []));
        return task with
        {
            Last = ParseTime(service.GetValueOrDefault("ExecMainExitTimestamp")) is { } time && int.TryParse(service.GetValueOrDefault("ExecMainStatus"), CultureInfo.InvariantCulture, out var status)
                ? new TaskRun(time, status)
                : new TaskRun(null, null),
            IsActive = timer.GetValueOrDefault("ActiveState") == "active",
            Next = ParseTime(timer.GetValueOrDefault("NextElapseUSecRealtime")),
        };
    }

    private static Dictionary<string, string> Parse(string unit) =>
        unit.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1].Trim());

    private static DateTimeOffset? ParseTime(string? text) =>
        long.TryParse(text?.TrimStart('@'), CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime() : null;

    private (int Code, string Output) Systemctl(CancellationToken cancellation, params string[] arguments) =>
        Run("systemctl", cancellation, [ofUser ? "--user" : "--system", .. arguments]);

    private static (int Code, string Output) Run(string program, CancellationToken cancellation, params string[] arguments)
    {
        // .NET looks for a program in the current directory before it looks in PATH.
        if (ProgramSearch.Find(program) is not { } path)
            return (-1, $"{program} is in no directory of PATH");
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var output = process.StandardOutput.ReadToEndAsync(cancellation).GetAwaiter().GetResult();
            process.WaitForExit();
            return (process.ExitCode, process.ExitCode == 0 ? output : errors.GetAwaiter().GetResult().Trim());
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return (-1, $"{program}: {error.Message}");
        }
    }

    private static void Demand(string name, (int Code, string Output) result)
    {
        if (result.Code == 0)
            return;
        throw new RekkordException(
            "TaskNotRegistered",
            RekkordErrorKind.InvalidOperation,
            $"The scheduler did not take the task '{name}': {OneLine.From(result.Output, 500).TrimEnd('.')}. Get-RekkordTask lists what is registered.",
            name);
    }
}

/// <summary>A task that is there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Scheduler">What runs it.</param>
/// <param name="Files">Its files.</param>
/// <param name="Last">Its last run; null where the scheduler does not tell.</param>
public sealed record RegisteredTask(string Name, SchedulerKind Scheduler, IReadOnlyList<string> Files, TaskRun? Last)
{
    /// <summary>Whether the scheduler runs it; null where that is not told.</summary>
    public bool? IsActive { get; init; }

    /// <summary>When it runs next; null where that is not told, or it does not.</summary>
    public DateTimeOffset? Next { get; init; }
}

/// <summary>The last run of a task.</summary>
/// <param name="Time">When it ended; null when there was none.</param>
/// <param name="ExitCode">Its exit code; null when there was none.</param>
public sealed record TaskRun(DateTimeOffset? Time, int? ExitCode);

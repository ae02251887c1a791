using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Reporting;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scheduling;
using Rekkord.Engine.Snapshots;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Tries everything that a save relies on, and saves nothing. Each thing gives one object, whether it works or not.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RekkordConfig")]
[OutputType(typeof(RekkordCheck))]
public sealed class TestRekkordConfigCommand : RepositoryCommand
{
    private const long LittleSpace = 1L << 30;

    private static readonly string[] AfterConfiguration = ["KeyFile", "Repository", "Writing", "Space", "Clock", "Hooks", "Sources", "Report", "Schedule"];

    /// <summary>What is to be saved: whether it is there and can be opened.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        RekkordConfig config;
        try
        {
            config = LoadConfig();
        }
        catch (RekkordException error)
        {
            Write("Configuration", RekkordCheckStatus.Failed, error.Message, error.Target?.ToString());
            foreach (var check in AfterConfiguration)
                Write(check, RekkordCheckStatus.Skipped, "The configuration cannot be read.", null);
            return;
        }

        CheckConfiguration(config);
        CheckRepository(config);
        CheckHooks(config.Hooks.ToHookSettings());
        CheckSources();
        CheckReport(config);
        CheckSchedule();
    });

    /// <summary>What only the command that needs it reads further is read here, so that it does not fail at night.</summary>
    private void CheckConfiguration(RekkordConfig config)
    {
        try
        {
            SnapshotLabels.Parse(config.Save.Tag.Value);
            SnapshotLabels.Parse(config.Retention.KeepTag.Value);
            config.Retention.FindTimeZone();
            Write("Configuration", RekkordCheckStatus.Passed, config.ConfigFile is null ? "No file: parameters and variables say everything." : "It can be read.", config.ConfigFile);
        }
        catch (RekkordException error)
        {
            Write("Configuration", RekkordCheckStatus.Failed, $"Tag in [Save], or KeepTag or TimeZone in [Retention], cannot be used: {error.Message}", config.ConfigFile);
        }
    }

    private void CheckRepository(RekkordConfig config)
    {
        var (location, keyFile) = (config.Repository.DisplayUrl, config.Repository.KeyFile.Value);
        string url;
        KeyMaterial keys;
        try
        {
            (url, keys) = ReadKeys(config, KeyPermission.Save);
        }
        catch (RekkordException error)
        {
            Write("KeyFile", RekkordCheckStatus.Failed, error.Message, keyFile);
            foreach (var check in new[] { "Repository", "Writing", "Space", "Clock" })
                Write(check, RekkordCheckStatus.Skipped, "Without a keyfile that can save, the repository is not opened.", location);
            return;
        }

        var isMaster = keys.Role == KeyRole.Master;
        Write(
            "KeyFile",
            isMaster ? RekkordCheckStatus.Warning : RekkordCheckStatus.Passed,
            isMaster ? "It is the master keyfile, which can do everything. A machine that only saves needs less: New-RekkordKey makes such a keyfile." : $"Its role is {keys.Role}.",
            keyFile);
        try
        {
            using var repository = RepositoryAccess.Open(url, keys, options: CreateStoreOptions(config), cancellation: StopToken);
            Write("Repository", RekkordCheckStatus.Passed, $"It can be opened. Its ID is {repository.Id}.", location);
            CheckWriting(repository);
            CheckSpace(repository.Location);
            CheckClock(repository);
        }
        catch (RekkordException error)
        {
            keys.Dispose();
            Write("Repository", RekkordCheckStatus.Failed, error.Message, location);
            foreach (var check in new[] { "Writing", "Space", "Clock" })
                Write(check, RekkordCheckStatus.Skipped, "The repository cannot be opened.", location);
        }
    }

    private void CheckWriting(RepositoryAccess repository)
    {
        try
        {
            repository.RequireWriting(StopToken);
            repository.TryWriting(StopToken);
            Write("Writing", RekkordCheckStatus.Passed, "The keyfile may write, and the store takes what is written.", repository.Location);
        }
        catch (RekkordException error)
        {
            Write("Writing", RekkordCheckStatus.Failed, error.Message, repository.Location);
        }
    }

    private void CheckSpace(string location)
    {
        if (!System.IO.Path.IsPathFullyQualified(location))
        {
            Write("Space", RekkordCheckStatus.Skipped, "The repository is not in a directory of this machine.", location);
            return;
        }

        try
        {
            var free = new DriveInfo(location).AvailableFreeSpace;
            Write("Space", free < LittleSpace ? RekkordCheckStatus.Warning : RekkordCheckStatus.Passed, $"{Sizes.Format(free)} are free.", location);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Write("Space", RekkordCheckStatus.Warning, $"How much is free cannot be told: {error.Message}", location);
        }
    }

    /// <summary>A clock that is wrong makes snapshots that rules for removing keep too long, or not long enough.</summary>
    private void CheckClock(RepositoryAccess repository)
    {
        if (!repository.Role.Permits(KeyPermission.List))
        {
            Write("Clock", RekkordCheckStatus.Skipped, $"The role {repository.Role} lists no snapshots to compare the clock with.", null);
            return;
        }

        var now = DateTimeOffset.UtcNow;
        var newest = new SnapshotStore(repository).List(_ => { }, StopToken) is [.., var last] ? last : null;
        var message = newest is null ? "There is no snapshot yet to compare it with."
            : newest.HasImpossibleTime(now) ? $"The newest snapshot, {newest.Id}, claims a time that cannot be. This clock or that of '{newest.Summary.HostName}' is wrong."
            : "No snapshot is of a time that is still to come.";
        Write("Clock", newest is null ? RekkordCheckStatus.Skipped : newest.HasImpossibleTime(now) ? RekkordCheckStatus.Warning : RekkordCheckStatus.Passed, message, null);
    }

    private void CheckHooks(HookSettings settings)
    {
        if (settings.Directories.Count == 0)
        {
            Write("Hooks", RekkordCheckStatus.Skipped, "No directory of hooks is configured.", null);
            return;
        }

        foreach (var (phase, directory) in settings.Directories)
        {
            try
            {
                var hooks = HookPlan.Discover(phase, settings).Hooks;
                var refused = hooks.Where(hook => hook.Refusal is not null).Select(hook => $"'{hook.Name}': {hook.Refusal!.Reason}").ToArray();
                Write(
                    "Hooks",
                    refused.Length > 0 ? RekkordCheckStatus.Failed : RekkordCheckStatus.Passed,
                    refused.Length > 0 ? $"{phase} hooks would be refused. {string.Join("; ", refused)}" : $"{hooks.Count} {phase} {(hooks.Count == 1 ? "hook" : "hooks")} would run.",
                    directory);
            }
            catch (RekkordException error)
            {
                Write("Hooks", RekkordCheckStatus.Failed, error.Message, directory);
            }
        }
    }

    private void CheckSources()
    {
        if (Path.Length == 0)
            Write("Sources", RekkordCheckStatus.Skipped, "Give what is to be saved with -Path.", null);
        foreach (var path in Path)
        {
            var missing = SaveOperation.FindMissing([SourcePath.FromText(ResolvePath(path), CurrentDirectory)], [], StopToken);
            Write("Sources", missing.Count > 0 ? RekkordCheckStatus.Failed : RekkordCheckStatus.Passed, missing.Count > 0 ? missing[0].Message.Replace(" Nothing was saved.", "", StringComparison.Ordinal) : "It can be read.", path);
        }
    }

    private void CheckReport(RekkordConfig config)
    {
        var directory = config.Report.PrometheusDirectory.Value;
        try
        {
            if (config.Report.Journal.Value)
                SystemLog.TryWriting();
            if (directory is not null)
                TryWriting(directory);
            if (directory is null && !config.Report.Journal.Value)
                Write("Report", RekkordCheckStatus.Skipped, "No report is configured.", null);
            else
                Write("Report", RekkordCheckStatus.Passed, "Reports can be written.", directory);
        }
        catch (Exception error) when (error is RekkordException or IOException or UnauthorizedAccessException)
        {
            Write("Report", RekkordCheckStatus.Failed, error.Message, directory);
        }
    }

    /// <summary>The tasks of this machine and user: which of them saves by this configuration, only its script knows.</summary>
    private void CheckSchedule()
    {
        (SchedulerKind Scheduler, bool OfUser)[] schedulers = OperatingSystem.IsWindows() ? [(SchedulerKind.Windows, false)]
            : OperatingSystem.IsMacOS() ? [(SchedulerKind.Launchd, false), (SchedulerKind.Launchd, true)]
            : Directory.Exists("/run/systemd/system") ? [(SchedulerKind.Systemd, false), (SchedulerKind.Systemd, true)]
            : [(SchedulerKind.Cron, false)];
        try
        {
            var tasks = schedulers.SelectMany(each => new TaskStore(each.Scheduler, each.OfUser, null).List(StopToken)).ToArray();
            if (tasks.Length == 0)
                Write("Schedule", RekkordCheckStatus.Skipped, "There is no task of Register-RekkordTask. It has a script run every night, say.", null);
            foreach (var task in tasks)
                Write("Schedule", IsHealthy(task) ? RekkordCheckStatus.Passed : RekkordCheckStatus.Warning, Describe(task), task.Files[0]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Write("Schedule", RekkordCheckStatus.Warning, $"Which tasks there are cannot be told: {error.Message}", null);
        }
    }

    private static bool IsHealthy(RegisteredTask task) => task is { IsActive: not false, Last: null or { ExitCode: null or 0 } };

    private static string Describe(RegisteredTask task)
    {
        var next = task switch
        {
            { IsActive: null } => $"The task '{task.Name}' is there. {task.Scheduler} does not tell when it runs.",
            { IsActive: false, Scheduler: SchedulerKind.Launchd } => $"The task '{task.Name}' does not run: launchd has not loaded it. Load it with launchctl bootstrap, or register it again with -Force.",
            { IsActive: false } => $"The task '{task.Name}' does not run: its timer is off. Start it with systemctl enable --now {TaskDefinition.Prefix}{task.Name}.timer.",
            { Next: { } time } => $"The task '{task.Name}' runs next at {time:yyyy-MM-dd HH:mm}.",
            _ => $"The task '{task.Name}' is on.",
        };
        var last = task.Last is { Time: { } ended, ExitCode: var code } ? $" Its last run ended at {ended:yyyy-MM-dd HH:mm} with exit code {code}." : "";
        return next + last;
    }

    private static void TryWriting(string directory)
    {
        using (File.Create(System.IO.Path.Combine(directory, $"trial-{Guid.NewGuid():n}"), bufferSize: 1, FileOptions.DeleteOnClose))
        {
        }
    }

    private void Write(string check, RekkordCheckStatus status, string message, string? target) => WriteObject(new RekkordCheck(check, status, message, target));
}

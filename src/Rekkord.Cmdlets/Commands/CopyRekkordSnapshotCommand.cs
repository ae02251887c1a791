using System.Management.Automation;
using System.Security;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Copying;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Reporting;
using Rekkord.Engine.Repository;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Copies snapshots to another repository, which has other keys.</summary>
[Cmdlet(VerbsCommon.Copy, "RekkordSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordCopyResult))]
public sealed class CopyRekkordSnapshotCommand : SnapshotInputCommand
{
    private readonly ProgressDisplay _progress = new();
    private readonly Dictionary<RekkordConfig, List<string>> _chosen = [];

    /// <summary>The snapshots: IDs, beginnings of IDs, or channels (their newest snapshots), with <c>id:</c> or <c>channel:</c> before them to say which.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string[] Snapshot { get; set; } = [];

    /// <summary>The repository to copy to: a path or URL.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? DestinationRepository { get; set; }

    /// <summary>The keyfile of that repository.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? DestinationKeyFile { get; set; }

    /// <summary>A configuration file that says where that is, in place of these two or beside them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DestinationConfigPath { get; set; }

    /// <summary>The passphrase of that keyfile, if it has one.</summary>
    [Parameter]
    public SecureString? DestinationPassphrase { get; set; }

    /// <summary>Copies also what is there already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var config = FindConfig();
        if (!_chosen.TryGetValue(config, out var chosen))
            _chosen[config] = chosen = [];
        chosen.AddRange(Snapshot);
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        foreach (var (config, chosen) in _chosen)
            Copy(config, chosen);
    });

    private void Copy(RekkordConfig config, List<string> chosen)
    {
        var target = LoadDestination(config);
        RunJob(config, "copy", target.Repository.DisplayUrl, job => Copy(config, target, chosen, job));
    }

    private void Copy(RekkordConfig config, RekkordConfig target, List<string> chosen, JobReporter job)
    {
        using var source = OpenRepository(config, KeyPermission.Read);
        var (url, keys, keyFile) = ReadDestinationKeys(target);
        using var destination = OpenDestination(target, url, keys);
        var request = new CopyRequest
        {
            Snapshots = chosen,
            Force = Force,
            CompressionLevel = target.Settings.CompressionLevel.Value,
            Threads = target.Settings.Threads.Value ?? 0,
        };
        CopyOperation? operation = null;
        var plan = RunOperation(
            pump =>
            {
                operation = new CopyOperation(source, destination, request, new EntryReporter(this, pump, job: job));
                return operation.Plan(StopToken);
            },
            static () => []);
        ThrowIfWriteFailed();
        RekkordCopyResult[] there = [.. plan.Where(planned => planned.Copy is not null).Select(planned => new RekkordCopyResult(planned, url, keyFile))];
        PlannedCopy[] due = [.. plan.Where(planned => planned.Copy is null && ShouldProcess(Describe(planned, source, destination), "Copy"))];
        if (due.Length > 0)
            Run(source, destination, request, there, due, copied => new RekkordCopyResult(copied, url, keyFile), job);
        else if (IsWhatIf || there.Length < plan.Count)
            WriteObject(there, enumerateCollection: true);
        else
            EndJob(job, report => Measure(job, report, there.Length, []), () => WriteObject(there, enumerateCollection: true));
        ThrowIfWriteFailed();
    }

    /// <summary>Copies what is due, whether or not the commands after this one take what it tells of the others.</summary>
    private void Run(
        RepositoryAccess source, RepositoryAccess destination, CopyRequest request, RekkordCopyResult[] there, PlannedCopy[] due, Func<CopyResult, RekkordCopyResult> describe, JobReporter job)
    {
        CopyOperation? operation = null;
        var made = new List<CopyResult>();
        RunOperation(
            pump =>
            {
                operation = new CopyOperation(source, destination, request, new EntryReporter(this, pump, job: job));
                foreach (var result in there)
                    pump.PostObject(() => WriteObject(result));
                operation.Run(due, Tell, StopToken);
                return true;

                void Tell(CopyResult copied)
                {
                    made.Add(copied);
                    pump.PostObject(() => WriteObject(describe(copied)));
                }
            },
            () => operation?.Progress is { } progress ? [Describe(progress)] : []);
        EndJob(job, report => Measure(job, report, there.Length, made));
    }

    private static JobReport Measure(JobReporter job, JobReport report, int present, List<CopyResult> made) => job.Judge(report, present + made.Count > 0) with
    {
        Measures =
        [
            new("copy_copied_snapshots", "Snapshots that were copied.", made.Count),
            new("copy_present_snapshots", "Snapshots whose copies were there already.", present),
            new("copy_added_size_bytes", "Bytes of content that were new to the destination.", made.Sum(copied => copied.Copy.Summary.AddedSize)),
            new("copy_stored_size_bytes", "Bytes that were stored there for it.", made.Sum(copied => copied.Copy.Summary.StoredSize)),
        ],
    };

    private ProgressRecord Describe(CopyProgress progress) => _progress.Describe(
        progress.Channel.Length == 0 ? "Copying" : $"Copying '{progress.Channel}'",
        progress.Size,
        progress.TotalSize,
        $"{progress.Files:N0} files, {Sizes.Format(progress.Size)} of {Sizes.Format(progress.TotalSize)}",
        progress.CurrentPath);

    private static string Describe(PlannedCopy planned, RepositoryAccess source, RepositoryAccess destination)
    {
        var summary = planned.Snapshot.Summary;
        return $"the snapshot {planned.Snapshot.Id.ToString()[..12]} of channel '{summary.Channel}' ({summary.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss}, {summary.Files:N0} files with {Sizes.Format(summary.Size)}) from '{source.Location}' to '{destination.Location}'";
    }

    /// <summary>
    /// The configuration for the destination: the file that was named for it, or else the one in force, for the secrets of a store. What leads to
    /// the source, in the environment or the file, does not lead there.
    /// </summary>
    private RekkordConfig LoadDestination(RekkordConfig config)
    {
        if (DestinationConfigPath is null && (DestinationRepository is null || DestinationKeyFile is null))
        {
            throw new RekkordException(
                "DestinationNotGiven",
                RekkordErrorKind.InvalidArgument,
                "It is not known where to copy to. Give -DestinationRepository and -DestinationKeyFile, or -DestinationConfigPath with a file that says both. Nothing was copied.");
        }

        return RekkordConfig.Load(new ConfigurationRequest
        {
            ConfigPath = DestinationConfigPath is null ? config.ConfigFile : ResolvePath(DestinationConfigPath),
            Repository = DestinationRepository is null ? null : ResolveLocation(DestinationRepository),
            KeyFile = DestinationKeyFile is null ? null : ResolvePath(DestinationKeyFile),
            WorkingDirectory = CurrentDirectory,
            UsesEnvironment = DestinationConfigPath is null,
        });
    }

    private (string Url, KeyMaterial Keys, string KeyFile) ReadDestinationKeys(RekkordConfig target)
    {
        if (target.Repository is not { Url.Value: { } url, KeyFile.Value: { } keyFile })
        {
            throw new RekkordException(
                "DestinationNotGiven", RekkordErrorKind.InvalidArgument, $"'{DestinationConfigPath}' does not say where to copy to: it needs URL and KeyFile under [Repository]. Or give -DestinationRepository and -DestinationKeyFile.", DestinationConfigPath);
        }

        // Where the file for the destination says where the passphrase is, the one in the environment is the source's.
        var place = DestinationConfigPath is null ? null : target.Repository.PassphraseFrom.Value;
        var passphrase = new PassphraseSource(keyFile) { Given = DestinationPassphrase, Reference = place, UsesEnvironment = place is null };
        var keys = ReadKeyFile(keyFile, target, "-DestinationPassphrase", () => passphrase.FindOrAsk(Host, StopToken));
        keys.Demand(KeyPermission.Save, MyInvocation.MyCommand.Name, keyFile);
        return (url, keys, keyFile);
    }

    private RepositoryAccess OpenDestination(RekkordConfig target, string url, KeyMaterial keys)
    {
        try
        {
            // The file of the source may ask for a protection of its own.
            if (DestinationConfigPath is not null)
                target.Protection.RequireEffect(ObjectStore.MayRetain(url));
            var repository = RepositoryAccess.Open(url, keys, options: CreateStoreOptions(target), cancellation: StopToken);
            if (MayCache)
                repository.RememberTags();
            return repository;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }
}

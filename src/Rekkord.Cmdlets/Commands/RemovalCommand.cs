using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Snapshots;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>The cmdlets that remove snapshots of the user's choice, or bring them back. All that come down the pipeline are done at once, at its end.</summary>
public abstract class RemovalCommand : RepositoryCommand
{
    private protected const string ById = "Id", ByChannel = "Channel";

    private readonly List<string> _ids = [];
    private readonly List<string> _channels = [];

    /// <summary>The snapshot's ID, or the beginning of one.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SnapshotIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>All snapshots of channels that match, with wildcards; or of the channel in <c>channel:name</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByChannel)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string[] Channel { get; set; } = [];

    /// <summary>Whether it works on snapshots that are removed.</summary>
    private protected abstract bool TakesRemoved { get; }

    /// <summary>What it does with each, for questions.</summary>
    private protected abstract string Action { get; }

    /// <summary>The command, as reports name it.</summary>
    private protected abstract string JobName { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _ids.AddRange(Id);
        _channels.AddRange(Channel);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        var config = LoadConfig();
        RunJob(config, JobName, null, job => Run(config, job));
    });

    private void Run(RekkordConfig config, JobReporter job)
    {
        using var repository = OpenRepository(config, KeyPermission.Remove);
        var operation = new RemovalOperation(repository, error => WriteFailure(error, job));
        Snapshot[] chosen = [.. Find(operation, job).DistinctBy(snapshot => (snapshot.ObjectName, snapshot.TagName)).Where(IsConfirmed)];
        if (chosen.Length == 0 && (job.ErrorCount == 0 || IsWhatIf))
            return;
        var done = chosen.Length == 0 ? [] : Run(operation, chosen);
        EndJob(job, report => job.Judge(report, done.Count > 0), () => WriteObject(done.Select(snapshot => new RekkordSnapshot(snapshot)), enumerateCollection: true));
    }

    /// <summary>Does it.</summary>
    private protected abstract IReadOnlyList<Snapshot> Run(RemovalOperation operation, IReadOnlyList<Snapshot> snapshots);

    private List<Snapshot> Find(RemovalOperation operation, JobReporter job)
    {
        var found = new List<Snapshot>();
        foreach (var id in _ids)
        {
            try
            {
                found.AddRange(operation.FindById(id, TakesRemoved, StopToken));
            }
            catch (RekkordException error) when (error.ErrorId is "SnapshotNotFound" or "SnapshotAmbiguous" or "SnapshotIdInvalid")
            {
                WriteFailure(error, job);
            }
        }

        SnapshotPattern[] patterns = [.. _channels.Select(channel => new SnapshotPattern(channel))];
        if (patterns.Length > 0)
            found.AddRange(operation.Find(snapshot => patterns.Any(pattern => pattern.IsMatch(snapshot)), TakesRemoved, StopToken));
        return found;
    }

    private bool IsConfirmed(Snapshot snapshot) =>
        ShouldProcess($"the snapshot {snapshot.Id.ToString()[..12]} of channel '{snapshot.Summary.Channel}' ({snapshot.Summary.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss}, host '{snapshot.Summary.HostName}')", Action);

    private void WriteFailure(RekkordException error, JobReporter job)
    {
        job.Note(error);
        WriteError(ErrorRecords.Create(error));
    }
}

using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Pruning;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Tells what a repository stores, what of it is condemned, and with <c>-Measure</c> what of it is dead and what a prune would give.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordRepository")]
[OutputType(typeof(RekkordRepository))]
public sealed class GetRekkordRepositoryCommand : RepositoryCommand
{
    /// <summary>Walks all snapshots and looks at every pack, to tell what is needed.</summary>
    [Parameter]
    public SwitchParameter Measure { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var config = LoadConfig();
        var isWhole = true;
        using var repository = OpenRepository(config, Measure ? KeyPermission.Read : KeyPermission.List);
        var survey = new RepositorySurvey(repository, new PruneRequest { SweepAfter = config.Retention.SweepAfter.Value }, error =>
        {
            isWhole = false;
            WriteError(ErrorRecords.Create(error));
        });
        var contents = survey.Count(StopToken);
        var measured = Measure ? survey.Measure(WriteWarning, StopToken) : null;
        WriteObject(new RekkordRepository(repository, config.Repository.KeyFile.Value!, contents, measured, isWhole));
    });
}

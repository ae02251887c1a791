using System.Management.Automation;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>Writes what a save or restore meets to the pipeline: an entry that failed as a non-terminating error, the rest as a warning.</summary>
/// <param name="cmdlet">The command.</param>
/// <param name="pump">Writes on its thread.</param>
/// <param name="isVerbose">Whether details are to be shown.</param>
/// <param name="job">Keeps the errors for the report; null when there is none.</param>
internal sealed class EntryReporter(Cmdlet cmdlet, PipelinePump pump, bool isVerbose = false, JobReporter? job = null) : ISaveObserver, IRestoreObserver
{
    public void EntryFailed(RekkordException error) => pump.Post(() =>
    {
        job?.Note(error);
        cmdlet.WriteError(ErrorRecords.Create(error));
    });

    public void Warn(string message) => pump.Post(() => cmdlet.WriteWarning(message));

    public void Detail(string message)
    {
        if (isVerbose)
            pump.Post(() => cmdlet.WriteVerbose(message));
    }
}

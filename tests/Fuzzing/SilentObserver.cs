using Rekkord.Engine.Errors;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;

namespace Rekkord.Fuzzing;

/// <summary>Takes what a save or restore reports and keeps none of it: the results count the errors.</summary>
internal sealed class SilentObserver : ISaveObserver, IRestoreObserver
{
    public void EntryFailed(RekkordException error)
    {
    }

    public void Warn(string message)
    {
    }

    public void Detail(string message)
    {
    }
}

using Rekkord.Engine.Errors;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;

namespace Rekkord.Benchmarks.Engine;

/// <summary>Prints what an operation meets: a measurement does not count when the work was not fully done.</summary>
internal sealed class FailureObserver : ISaveObserver, IRestoreObserver
{
    public bool Failed { get; private set; }

    public void EntryFailed(RekkordException error)
    {
        Failed = true;
        Console.WriteLine(error.Message);
    }

    public void Warn(string message) => Console.WriteLine(message);

    public void Detail(string message)
    {
        // Nothing that a warning does not count.
    }
}

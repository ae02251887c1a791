using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Saving;

/// <summary>Is told what a save meets; called from any thread.</summary>
public interface ISaveObserver
{
    /// <summary>An entry could not be saved whole; the save goes on and the snapshot will be partial.</summary>
    void EntryFailed(RekkordException error);

    /// <summary>Something worth knowing that costs the snapshot nothing, such as a file that was gone when its turn came.</summary>
    void Warn(string message);
}

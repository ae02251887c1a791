using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Restoring;

/// <summary>Is told what a restore meets; called from any thread.</summary>
public interface IRestoreObserver
{
    /// <summary>An entry could not be restored as it was saved; the restore goes on.</summary>
    void EntryFailed(RekkordException error);

    /// <summary>Something that does not touch content, such as an owner that could not be set.</summary>
    void Warn(string message);

    /// <summary>One of many things that a warning counts; of interest to who asks for details.</summary>
    void Detail(string message);
}

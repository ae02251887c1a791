namespace Rekkord.Engine.Saving;

/// <summary>Something for a worker to do.</summary>
internal interface IWork
{
    void Run(SaveWorker worker);
}

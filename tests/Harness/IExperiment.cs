namespace Rekkord.Reliability.Harness;

/// <summary>One thing that is done to processes, over and over.</summary>
internal interface IExperiment
{
    /// <summary>Does it.</summary>
    /// <exception cref="PromiseBrokenException">Something was lost.</exception>
    void Run();

    /// <summary>Tells what was done and seen.</summary>
    void Report(TextWriter output);
}

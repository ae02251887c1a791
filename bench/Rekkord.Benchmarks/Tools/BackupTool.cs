using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Tools;

/// <summary>
/// A backup program: how to run it. Each repetition gives it a new directory, which holds all that it writes; its repository
/// is the folder "repository" there.
/// </summary>
internal abstract class BackupTool
{
    public abstract string Name { get; }

    /// <summary>What makes an empty repository; null for a tool without one.</summary>
    public abstract Command? Initialize(string directory);

    /// <summary>What does a step; null for a step that it has not.</summary>
    public abstract Command? For(Step step, string directory, string source, string destination);

    /// <summary>What lists all snapshots; null for a tool that has none.</summary>
    public virtual Command? ListSnapshots(string directory) => null;

    /// <summary>What lists all snapshots as on a machine that has met none of them; null for a tool that has no cache of them.</summary>
    public virtual Command? ListUnknownSnapshots(string directory) => null;

    /// <summary>What makes one more of each snapshot that there is, without a process for each; null for a tool that cannot.</summary>
    /// <param name="directory">The repetition's directory.</param>
    /// <param name="mark">What tells the new ones from the old; another one each time.</param>
    public virtual Command? DoubleSnapshots(string directory, string mark) => null;

    /// <summary>Completes what was measured with what the tool itself says.</summary>
    public virtual Measurement Interpret(Measurement measurement) => measurement;
}

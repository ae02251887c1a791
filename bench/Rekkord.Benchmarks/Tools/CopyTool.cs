using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Tools;

/// <summary>Not a backup program: what a restore cannot be expected to be much faster than.</summary>
internal sealed class CopyTool : BackupTool
{
    public override string Name => "cp -r";

    public override Command? Initialize(string directory) => null;

    public override Command? For(Step step, string directory, string source, string destination) =>
        step == Step.Restore ? new Command("cp", "-r", source, destination) : null;
}

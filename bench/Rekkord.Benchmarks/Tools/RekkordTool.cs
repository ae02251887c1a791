using Rekkord.Benchmarks.Engine;
using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Tools;

/// <summary>This project's engine, in a new process of this program.</summary>
internal sealed class RekkordTool : BackupTool
{
    public override string Name => "rekkord";

    public override Command Initialize(string directory) => Run("init", directory);

    public override Command For(Step step, string directory, string source, string destination) => step switch
    {
        Step.FullScan => Run("scan", directory),
        Step.Restore => Run("restore", directory, destination),
        _ => Run("save", directory, source),
    };

    public override Measurement Interpret(Measurement measurement) =>
        measurement with { EngineSeconds = EngineCommand.ParseSeconds(measurement.Output) };

    private static Command Run(params string[] arguments) => new(ProcessMeter.Self, [EngineCommand.Verb, .. arguments]);
}

using Rekkord.Benchmarks.Engine;
using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Tools;

/// <summary>This project's engine, in a new process of this program.</summary>
/// <param name="warm">Whether only the operation itself counts, done as in a session that has done the like before.</param>
internal sealed class RekkordTool(bool warm) : BackupTool
{
    public override string Name => warm ? "rekkord warm" : "rekkord";

    public override Command Initialize(string directory) => Run("init", directory);

    public override Command For(Step step, string directory, string source, string destination) => step switch
    {
        Step.FullScan => Run("scan", directory),
        Step.Restore => Run("restore", directory, destination),
        _ => Run("save", directory, source),
    };

    public override Measurement Interpret(Measurement measurement)
    {
        if (!warm)
            return measurement;
        var (seconds, cpuSeconds) = EngineCommand.ParseReport(measurement.Output);
        return measurement with { Seconds = seconds, CpuSeconds = cpuSeconds };
    }

    private Command Run(params string[] arguments) =>
        new(ProcessMeter.Self, warm ? [EngineCommand.Verb, "--warm", .. arguments] : [EngineCommand.Verb, .. arguments]);
}

using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Tools;

/// <summary>restic, with its default settings.</summary>
internal sealed class ResticTool(string program) : BackupTool
{
    public override string Name => "restic";

    public override Command Initialize(string directory) => Run(directory, "init");

    public override Command For(Step step, string directory, string source, string destination) => step switch
    {
        Step.ListFiles => Run(directory, "ls", "--long", "latest"),
        Step.FullScan => Run(directory, "check", "--read-data"),
        Step.Restore => Run(directory, "restore", "latest", "--target", destination),
        _ => Run(directory, "backup", source),
    };

    public override Command ListSnapshots(string directory) => Run(directory, "snapshots");

    public override Command ListUnknownSnapshots(string directory) => Run(directory, "snapshots", "--no-cache");

    public override Command DoubleSnapshots(string directory, string mark) => Run(directory, "rewrite", "--new-host", $"host{mark}");

    private Command Run(string directory, params string[] arguments) => new(program, arguments)
    {
        Environment = new Dictionary<string, string>
        {
            ["RESTIC_REPOSITORY"] = Path.Combine(directory, "repository"),
            ["RESTIC_PASSWORD"] = "benchmark",
            ["RESTIC_CACHE_DIR"] = Path.Combine(directory, "cache"),
        },
    };
}

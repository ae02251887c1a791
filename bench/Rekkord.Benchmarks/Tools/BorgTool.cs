using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Tools;

/// <summary>BorgBackup 1.x, with its default settings and encryption.</summary>
internal sealed class BorgTool(string program) : BackupTool
{
    private int _archives;

    public override string Name => "borg";

    public override Command Initialize(string directory)
    {
        _archives = 0;
        return Run(directory, "init", "--encryption", "repokey");
    }

    public override Command For(Step step, string directory, string source, string destination)
    {
        switch (step)
        {
            case Step.ListFiles:
                return Run(directory, "list", $"::{_archives}");
            case Step.FullScan:
                return Run(directory, "check", "--verify-data");
            case Step.Restore:
                Directory.CreateDirectory(destination);
                return Run(directory, "extract", $"::{_archives}") with { WorkingDirectory = destination };
            default:
                return Run(directory, "create", $"::{++_archives}", source);
        }
    }

    public override Command ListSnapshots(string directory) => Run(directory, "list");

    private Command Run(string directory, params string[] arguments) => new(program, arguments)
    {
        Environment = new Dictionary<string, string>
        {
            ["BORG_REPO"] = Path.Combine(directory, "repository"),
            ["BORG_PASSPHRASE"] = "benchmark",
            ["BORG_BASE_DIR"] = Path.Combine(directory, "base"),
            ["BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK"] = "no",
        },
    };
}

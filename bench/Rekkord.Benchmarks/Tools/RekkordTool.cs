using System.Globalization;
using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Tools;

/// <summary>This project's module, in a new PowerShell for each step.</summary>
/// <param name="host">What runs it.</param>
/// <param name="warmUp">
/// A directory to do the same with first, when only the operation itself is to count, as in a session that has done the same kind of work
/// before; null to count the whole process.
/// </param>
internal sealed class RekkordTool(PowerShellHost host, string? warmUp) : BackupTool
{
    private const string SecondsPrefix = "seconds: ";
    private const string PeakPrefix = "peak bytes: ";
    private const string CpuPrefix = "CPU seconds: ";

    public override string Name => warmUp is null ? "rekkord" : "rekkord warm";

    public override Command Initialize(string directory) => Run("init", directory, "");

    public override Command? For(Step step, string directory, string source, string destination) => step switch
    {
        Step.ListFiles => Run("list", directory, ""),
        Step.FullScan => Run("scan", directory, ""),
        Step.Restore => Run("restore", directory, destination),
        _ => Run("save", directory, source),
    };

    public override Command ListSnapshots(string directory) => Run("snapshots", directory, "");

    public override Measurement Interpret(Measurement measurement) => warmUp is null ? measurement : measurement with
    {
        Seconds = Parse(measurement.Output, SecondsPrefix),
        CpuSeconds = Parse(measurement.Output, CpuPrefix),
        PeakBytes = (long)Parse(measurement.Output, PeakPrefix),
    };

    private static double Parse(string output, string prefix) => double.Parse(
        output.Split('\n').Single(line => line.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..], CultureInfo.InvariantCulture);

    /// <summary>What runs one operation of the session script.</summary>
    /// <param name="operation">Its name there.</param>
    /// <param name="directory">The directory with the repository.</param>
    /// <param name="path">What is saved, or where it is restored.</param>
    /// <param name="count">How often it is done, one after the other.</param>
    public Command Run(string operation, string directory, string path, int count = 1)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Session.ps1");
        var warm = operation == "init" ? "" : warmUp ?? "";
        string[] session = [.. host.Arguments, "-NoProfile", "-File", script, PowerShellHost.Module, operation, directory, path, warm, count.ToString(CultureInfo.InvariantCulture)];
        return new Command(host.Program, session)
        {
            Environment = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = Path.Combine(directory, "cache"), ["POWERSHELL_TELEMETRY_OPTOUT"] = "1" },
        };
    }
}

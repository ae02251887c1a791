using Rekkord.Benchmarks.Measuring;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Growth;

/// <summary>Where one series is measured, and its points.</summary>
/// <param name="ours">This project's module.</param>
/// <param name="tools">All tools, for a series that compares.</param>
/// <param name="work">An empty directory.</param>
internal sealed class GrowthBench(RekkordTool ours, IReadOnlyList<BackupTool> tools, string work)
{
    private readonly List<GrowthPoint> _points = [];
    private readonly List<string> _remarks = [];

    /// <summary>This project's module.</summary>
    public RekkordTool Ours => ours;

    /// <summary>All tools, ours first.</summary>
    public IReadOnlyList<BackupTool> Tools => tools;

    /// <summary>What was measured.</summary>
    public IReadOnlyList<GrowthPoint> Points => _points;

    /// <summary>What a reader of the table has to know.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>The bytes that the disk still takes.</summary>
    public long FreeBytes => new DriveInfo(work).AvailableFreeSpace;

    public void Remark(string text) => _remarks.Add(text);

    /// <summary>Makes a directory.</summary>
    /// <returns>Its path.</returns>
    public string CreateDirectory(string name) => Directory.CreateDirectory(Path.Combine(work, name)).FullName;

    /// <summary>Makes a directory with an empty repository.</summary>
    /// <returns>Its path.</returns>
    public string Initialize(BackupTool tool, string name)
    {
        var directory = CreateDirectory(name);
        if (tool.Initialize(directory) is { } command)
            Prepare(directory, command);
        return directory;
    }

    /// <summary>Runs what is not measured.</summary>
    public static void Prepare(string directory, Command command) => ProcessMeter.Measure(command, Path.Combine(directory, "log"));

    /// <summary>Runs a step of ours and keeps what it took.</summary>
    public void Measure(string step, double amount, string directory, Command command) => Measure(ours, step, amount, directory, command);

    /// <summary>Runs a step and keeps what it took.</summary>
    public void Measure(BackupTool tool, string step, double amount, string directory, Command command)
    {
        Console.Error.WriteLine($"{step}, {amount:N0}");
        _points.Add(new GrowthPoint(step, amount, tool.Interpret(ProcessMeter.Measure(command, Path.Combine(directory, "log")))));
    }
}

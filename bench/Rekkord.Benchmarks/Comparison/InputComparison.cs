using System.Diagnostics;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Benchmarks.Measuring;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Comparison;

/// <summary>
/// Runs all tools on one input. Each step is run by one tool right after the other, beginning with another one in each
/// repetition, so that other work of the machine, and the state of its caches, affects them alike.
/// </summary>
internal sealed class InputComparison
{
    // MiB beside what is saved, stored or restored: for the program itself.
    private const int SpareMemory = 512;

    private readonly Input _input;
    private readonly IReadOnlyList<BackupTool> _tools;
    private readonly string _work;
    private readonly List<Result> _results = [];
    private readonly List<double> _scaling = [];
    private int _memory;

    public InputComparison(Input input, IReadOnlyList<BackupTool> tools, string work)
    {
        _input = input;
        _tools = tools;
        _work = work;
    }

    /// <summary>
    /// Many files are removed only in the end: ext4 searches for inodes that were not freed in the last minutes, which would make the
    /// next tool's restore slow. In memory that would only take the memory.
    /// </summary>
    private bool KeepsRestored => _input.HasManyFiles && new DriveInfo(_work).DriveFormat != "tmpfs";

    /// <summary>How much more than one processor all did together, measured before each run.</summary>
    public IReadOnlyList<double> Scaling => _scaling;

    private string Source => Path.Combine(_work, "source");

    /// <summary>Measures steps.</summary>
    /// <param name="steps">Which; each needs the ones before it that save.</param>
    /// <param name="runs">How often.</param>
    public IReadOnlyList<Result> Run(IReadOnlyList<Step> steps, int runs)
    {
        Directory.CreateDirectory(Source);
        _input.Create(Source);
        _memory = SpareMemory + (int)(SizeOf(Source) >> 20);
        for (var run = 0; run < runs; run++)
        {
            foreach (var tool in _tools)
                Initialize(tool);
            _scaling.Add(ProcessorScaling.Measure());
            foreach (var step in steps)
                RunStep(step, run);
            if (steps.Contains(Step.ChangedSave))
                _input.Undo(Source);
            foreach (var tool in _tools)
                Directory.Delete(DirectoryOf(tool), recursive: true);
        }

        if (!KeepsRestored)
            Directory.Delete(_work, recursive: true);
        return _results;
    }

    private string DirectoryOf(BackupTool tool) => Path.Combine(_work, tool.Name.Replace(' ', '_'));

    private void Initialize(BackupTool tool)
    {
        Directory.CreateDirectory(DirectoryOf(tool));
        if (tool.Initialize(DirectoryOf(tool)) is { } command)
            ProcessMeter.Measure(command, LogOf(tool));
    }

    private string LogOf(BackupTool tool) => Path.Combine(DirectoryOf(tool), "log");

    private void RunStep(Step step, int run)
    {
        if (step == Step.ChangedSave)
            _input.Change(Source);
        for (var i = 0; i < _tools.Count; i++)
        {
            var tool = _tools[(i + run) % _tools.Count];
            var destination = Path.Combine(_work, $"restored-{run}-{tool.Name}");
            if (tool.For(step, DirectoryOf(tool), Source, destination) is not { } command)
                continue;
            Console.Error.WriteLine($"{_input.Letter} run {run + 1}: {step} by {tool.Name}");
            var before = StoredBytes(tool);
            var prepared = command with { Memory = _memory, Reads = [Source, DirectoryOf(tool)] };
            var measurement = tool.Interpret(ProcessMeter.Measure(prepared, LogOf(tool)));
            _results.Add(new Result(tool.Name, step, run, measurement, StoredBytes(tool) - before));
            if (step == Step.Restore)
                CheckRestored(tool, destination);
        }
    }

    private long StoredBytes(BackupTool tool) => SizeOf(Path.Combine(DirectoryOf(tool), "repository"));

    private static long SizeOf(string path)
    {
        var directory = new DirectoryInfo(path);
        return directory.Exists ? directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;
    }

    /// <summary>A fast restore of something else is worth nothing.</summary>
    private void CheckRestored(BackupTool tool, string destination)
    {
        var restored = tool is CopyTool ? destination : Path.Join(destination, Source);
        using var diff = Process.Start("diff", ["-r", "--brief", Source, restored]);
        diff.WaitForExit();
        if (diff.ExitCode != 0)
            throw new InvalidOperationException($"What {tool.Name} restored differs from the source.");

        if (!KeepsRestored)
            Directory.Delete(destination, recursive: true);
    }
}

using Rekkord.Fuzzing;
using Rekkord.Fuzzing.Coverage;

namespace Rekkord.Engine.Tests.Fuzzing;

/// <summary>The short form of what tests/Fuzzing runs for hours: always the same inputs, two hundred for each cheap target.</summary>
public sealed class HostileInputTests : IDisposable
{
    private const int Seed = 20_261_123;
    private const int Inputs = 200;

    private readonly FuzzTargets _targets = new();

    public void Dispose() => _targets.Dispose();

    [Fact]
    public void No_parser_of_stored_or_local_bytes_crashes_hangs_or_takes_memory_for_hostile_input()
    {
        foreach (var target in _targets.All)
        {
            // Other tests use the process's time meanwhile.
            var run = new FuzzRun(target, Seed) { Patience = TimeSpan.FromMinutes(1) };
            Fail(run.Run([], Math.Max(3, Inputs / target.Cost), TimeSpan.MaxValue));
        }
    }

    [Fact]
    public void What_once_broke_a_parser_does_not_break_it_again()
    {
        var corpus = new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "Corpus")).GetFiles("*.bin");

        Assert.NotEmpty(corpus);
        foreach (var file in corpus)
        {
            // Named target-layer.what-it-was.bin
            var target = _targets.All.Single(target => target.Name.Replace('/', '-') == file.Name.Split('.')[0]);
            Fail(new FuzzRun(target, Seed).Replay([File.ReadAllBytes(file.FullName)]));
        }
    }

    [RequiresTimeFact]
    public void What_the_inputs_of_long_runs_reached_is_reached_again_without_a_fault()
    {
        var targets = _targets.All.Select(target => (Target: target, Known: SeedFile.Read(target))).Where(pair => pair.Known.Count > 0).ToList();

        Assert.NotEmpty(targets);
        foreach (var (target, known) in targets)
            Fail(new FuzzRun(target, Seed) { Patience = TimeSpan.FromMinutes(1) }.Replay(known));
    }

    [Fact]
    public void The_long_form_counts_what_its_inputs_reach()
    {
        using var directory = new TemporaryDirectory();

        // Ends in an exception when nothing is counted.
        var found = new InstrumentedContext().Call(
            typeof(FuzzCommand), nameof(FuzzCommand.Run), [new[] { "tree/entry", "--inputs", "200", "--findings", directory.Path }]);

        Assert.False((bool)found!);
    }

    private static void Fail(Finding? finding)
    {
        if (finding is not null)
            Assert.Fail($"{finding.Target}, input {finding.Iteration}, {Convert.ToHexStringLower(finding.Input)}: {finding.What}");
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.Loader;
using Rekkord.Fuzzing.Coverage;

namespace Rekkord.Fuzzing;

/// <summary>Feeds the targets of one group, one after the other, and tells what came of it.</summary>
internal static class FuzzCommand
{
    /// <summary>Runs; guided when this copy of the fuzzer is in an <see cref="InstrumentedContext"/>.</summary>
    /// <param name="args">The command line; one that <see cref="FuzzOptions.Parse"/> accepts.</param>
    /// <returns>Whether something was found.</returns>
    public static bool Run(string[] args)
    {
        var options = FuzzOptions.Parse(args)!;
        var isGuided = AssemblyLoadContext.GetLoadContext(typeof(FuzzCommand).Assembly) != AssemblyLoadContext.Default;
        if (isGuided)
            CoverageMap.Attach();
        using var targets = new FuzzTargets();
        var selected = targets.Select(options.Name);
        var findings = Directory.CreateDirectory(options.Findings).FullName;
        if (options.Input is not null)
            return Report(new FuzzRun(selected[0], options.Seed).Replay([File.ReadAllBytes(options.Input)]), findings);

        var found = false;
        foreach (var target in selected)
        {
            using var current = new CurrentInput(Path.Combine(findings, $"{target.FileName}.current"));
            var run = new FuzzRun(target, options.Seed) { CurrentInput = current, Coverage = isGuided ? new CoverageMap() : null };
            var watch = Stopwatch.StartNew();
            found |= Report(run.Run(SeedFile.Read(target), options.Inputs, TimeSpan.FromMinutes(options.Minutes / selected.Count)), findings);
            if (run.Coverage is { Edges: 0 })
                throw new InvalidOperationException($"{target.Name}: nothing was counted, so the code is not instrumented.");
            Console.WriteLine(Describe(target, run, watch.Elapsed));
            if (options.Seeds is not null)
                SeedFile.Write(options.Seeds, target, Minimise(target, run.Kept));
        }

        return found;
    }

    private static string Describe(FuzzTarget target, FuzzRun run, TimeSpan time)
    {
        var reached = run.Coverage is null ? "not counted" : run.Coverage.Edges.ToString("N0", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name,-20} {run.Iterations,12:N0} inputs, {run.Refused,12:N0} refused, {reached,6} edges, {run.Kept.Count,5:N0} kept, {time.TotalMinutes,5:F1} minutes");
    }

    /// <summary>Those inputs that together reach what all of them reach, the shortest first; what the valid inputs reach needs none.</summary>
    private static IReadOnlyList<byte[]> Minimise(FuzzTarget target, IReadOnlyList<byte[]> kept)
    {
        var run = new FuzzRun(target, 0) { Coverage = new CoverageMap() };
        run.Replay([.. target.Seeds, .. kept.OrderBy(input => input.Length)]);
        return [.. run.Kept.Where(input => !target.Seeds.Contains(input))];
    }

    private static bool Report(Finding? finding, string directory)
    {
        if (finding is null)
            return false;
        var path = Path.Combine(directory, $"{finding.Target.Replace('/', '-')}-{finding.Seed}-{finding.Iteration}.bin");
        File.WriteAllBytes(path, finding.Input);
        Console.WriteLine($"FOUND by {finding.Target}, seed {finding.Seed}, input {finding.Iteration}, kept in {path}:\n{finding.What}");
        return true;
    }
}

using System.Diagnostics;
using System.Globalization;
using Rekkord.Fuzzing;

const string Usage = """
    Feeds the parsers of stored and local bytes with hostile input.

    <target>|all [--minutes N] [--seed N] [--findings DIRECTORY]   minutes are those of each group, such as "snapshot"; 30 without the option
    <target> --input FILE                                          feeds one input again

    Exit code 1 when something was found. The targets:
    """;

using var targets = new FuzzTargets();
var selected = args.Length > 0 ? targets.Select(args[0]) : [];
if (selected.Count == 0)
{
    Console.Error.WriteLine(Usage);
    foreach (var target in targets.All)
        Console.Error.WriteLine($"  {target.Name}");
    return 2;
}

var minutes = double.Parse(Option("--minutes") ?? "30", CultureInfo.InvariantCulture);
var seed = int.Parse(Option("--seed") ?? "1", CultureInfo.InvariantCulture);
var findings = Directory.CreateDirectory(Option("--findings") ?? "fuzz-findings").FullName;
if (Option("--input") is { } input)
    return Report(new FuzzRun(selected[0], seed).Replay(File.ReadAllBytes(input))) ? 1 : 0;

var found = false;
foreach (var group in selected.GroupBy(target => target.Group))
{
    foreach (var target in group)
    {
        var watch = Stopwatch.StartNew();
        using var current = new CurrentInput(Path.Combine(findings, $"{target.Name.Replace('/', '-')}.current"));
        var run = new FuzzRun(target, seed) { CurrentInput = current };
        found |= Report(run.Run(long.MaxValue, TimeSpan.FromMinutes(minutes / group.Count())));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{target.Name,-20} {run.Iterations,12:N0} inputs, {run.Refused,12:N0} refused, {watch.Elapsed.TotalMinutes,6:F1} minutes"));
    }
}

return found ? 1 : 0;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

bool Report(Finding? finding)
{
    if (finding is null)
        return false;
    var path = Path.Combine(findings, $"{finding.Target.Replace('/', '-')}-{finding.Seed}-{finding.Iteration}.bin");
    File.WriteAllBytes(path, finding.Input);
    Console.WriteLine($"FOUND by {finding.Target}, seed {finding.Seed}, input {finding.Iteration}, kept in {path}:");
    Console.WriteLine(finding.What);
    return true;
}

using Rekkord.Fuzzing;
using Rekkord.Fuzzing.Coverage;

const string Usage = """
    Feeds the parsers of stored and local bytes with hostile input, guided by the code that the inputs reach.

    <target>|<group>|all [options]   runs; "snapshot" is the group of all layers of a snapshot
    <target> --input FILE            feeds one input again

    --minutes N           time for each group, divided among its targets; 30 without the option
    --inputs N            the most inputs for each target
    --jobs N              so many groups at a time, each in a process of its own; 1 without the option
    --seed N              another number, other inputs
    --findings DIRECTORY  where inputs are kept that break a parser; "fuzz-findings" without the option
    --seeds DIRECTORY     where the inputs are written that together reach what was reached, one file for each target
    --unguided            without instrumentation

    Exit code 1 when something was found. The targets:
    """;

var options = FuzzOptions.Parse(args);
List<string> selected;
using (var targets = new FuzzTargets())
{
    selected = [.. targets.Select(options?.Name ?? "").Select(target => target.Group).Distinct()];
    if (selected.Count == 0)
    {
        Console.Error.WriteLine(Usage);
        foreach (var target in targets.All)
            Console.Error.WriteLine($"  {target.Name}");
    }
}

if (selected.Count == 0)
    return 2;
if (selected.Count > 1)
    return FuzzJobs.Run(selected, args[1..], options!.Jobs) ? 1 : 0;
if (options!.Input is not null || options.IsUnguided)
    return FuzzCommand.Run(args) ? 1 : 0;
return (bool)new InstrumentedContext().Call(typeof(FuzzCommand), nameof(FuzzCommand.Run), [args])! ? 1 : 0;

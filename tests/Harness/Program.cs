using System.Globalization;

namespace Rekkord.Reliability.Harness;

/// <summary>
/// Kills real processes at random instants, or lets several work on one repository at once, and looks after each time whether
/// anything was lost. The exit code is 0 when nothing was, 1 when something was, 2 for options that it does not know.
/// </summary>
internal static class Program
{
    private const string Usage = """
        Rekkord.Reliability.Harness --operation save|scan|restore|prune|concurrent|pruning [--rounds 300] [--check-every 10] [--seed N] [--directory PATH]

        save, scan, restore, prune: that many PowerShell processes are killed at a random instant of the operation.
        concurrent: in each round six processes work on one repository at the same time.
        pruning: in each round eight processes save and are suspended, while two others prune.
        Every --check-every rounds, and at the end, all that was ever saved is verified in full and some of it restored.
        """;

    private static int Main(string[] arguments)
    {
        if (HarnessOptions.Parse(arguments) is not { } options)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Operation}: {options.Rounds} rounds, seed {options.Seed}"));
        using var workspace = new Workspace(options);
        IExperiment experiment = options.Operation switch
        {
            "save" => new KilledSave(workspace),
            "scan" => new KilledScan(workspace),
            "restore" => new KilledRestore(workspace),
            "prune" => new KilledPrune(workspace),
            "pruning" => new PruneBesideSaves(workspace),
            _ => new ConcurrentUse(workspace),
        };
        try
        {
            experiment.Run();
            experiment.Report(Console.Out);
            return 0;
        }
        catch (PromiseBrokenException broken)
        {
            workspace.Keep();
            Console.Error.WriteLine($"{broken.Message} What is left is in '{workspace.Directory}'; --seed {options.Seed} makes the same changes again.");
            return 1;
        }
    }
}

using System.Globalization;

namespace Rekkord.Reliability.Harness;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Operation">What to do to the processes.</param>
/// <param name="Rounds">How often.</param>
/// <param name="CheckEvery">After how many rounds everything is verified.</param>
/// <param name="Seed">What the changes of the source and the instants are made from.</param>
/// <param name="Directory">Where the work goes.</param>
internal sealed record HarnessOptions(string Operation, int Rounds, int CheckEvery, int Seed, string Directory)
{
    private static readonly string[] Operations = ["save", "scan", "restore", "prune", "concurrent", "pruning"];

    /// <summary>Reads the command line; null when it cannot be understood.</summary>
    public static HarnessOptions? Parse(string[] arguments)
    {
        var options = new HarnessOptions("", 300, 10, Environment.TickCount & 0xffff, Path.GetTempPath());
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = arguments.ElementAtOrDefault(i + 1) ?? "";
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            HarnessOptions? read = arguments[i] switch
            {
                "--operation" when Operations.Contains(value) => options with { Operation = value },
                "--rounds" when isNumber && number > 0 => options with { Rounds = number },
                "--check-every" when isNumber && number > 0 => options with { CheckEvery = number },
                "--seed" when isNumber => options with { Seed = number },
                "--directory" when System.IO.Directory.Exists(value) => options with { Directory = value },
                _ => null,
            };
            if (read is null)
                return null;
            options = read;
        }

        return options.Operation.Length > 0 ? options : null;
    }
}

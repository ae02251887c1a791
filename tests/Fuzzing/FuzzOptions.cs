using System.Globalization;

namespace Rekkord.Fuzzing;

/// <summary>What the command line asks for.</summary>
/// <param name="Name">A target, a group of targets, or <c>all</c>.</param>
internal sealed record FuzzOptions(string Name)
{
    /// <summary>The time for each group.</summary>
    public double Minutes { get; private init; } = 30;

    /// <summary>The most inputs for each target.</summary>
    public long Inputs { get; private init; } = long.MaxValue;

    /// <summary>How many groups are fed at a time.</summary>
    public int Jobs { get; private init; } = 1;

    public int Seed { get; private init; } = 1;

    /// <summary>Where findings are put.</summary>
    public string Findings { get; private init; } = "fuzz-findings";

    /// <summary>Where to write the inputs that together reach what the run reached; null for nowhere.</summary>
    public string? Seeds { get; private init; }

    /// <summary>A file with the one input to run; null for a run of many.</summary>
    public string? Input { get; private init; }

    /// <summary>Whether the code is left as it is, and inputs are kept by what the parser answers.</summary>
    public bool IsUnguided { get; private init; }

    /// <summary>Reads a command line.</summary>
    /// <returns>Null when it is none of this program.</returns>
    public static FuzzOptions? Parse(string[] args)
    {
        if (args.Length == 0)
            return null;
        var options = new FuzzOptions(args[0]);
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--unguided")
                options = options with { IsUnguided = true };
            else if (i + 1 == args.Length || options.With(args[i], args[++i]) is not { } with)
                return null;
            else
                options = with;
        }

        return options;
    }

    private FuzzOptions? With(string option, string value) => option switch
    {
        "--minutes" => this with { Minutes = double.Parse(value, CultureInfo.InvariantCulture) },
        "--inputs" => this with { Inputs = long.Parse(value, CultureInfo.InvariantCulture) },
        "--jobs" => this with { Jobs = int.Parse(value, CultureInfo.InvariantCulture) },
        "--seed" => this with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
        "--findings" => this with { Findings = value },
        "--seeds" => this with { Seeds = value },
        "--input" => this with { Input = value },
        _ => null,
    };
}

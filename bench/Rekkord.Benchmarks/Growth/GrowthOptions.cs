namespace Rekkord.Benchmarks.Growth;

/// <summary>What to measure.</summary>
internal sealed record GrowthOptions
{
    public const string Usage = "growth [--quick] [--series files,data,threads,snapshots,listing] [--work DIRECTORY] [--out DIRECTORY]";

    /// <summary>Tiny sizes, and no warm session: to try the code.</summary>
    public bool Quick { get; private init; }

    /// <summary>The names of the series; empty for all.</summary>
    public IReadOnlyList<string> Series { get; private init; } = [];

    /// <summary>The directory to work in; everything made there is removed at the end.</summary>
    public string Work { get; private init; } = Path.GetTempPath();

    /// <summary>The directory that gets the plots.</summary>
    public string Out { get; private init; } = Path.Combine("bench", "results");

    /// <exception cref="ArgumentException">An option or a series is unknown, or an option lacks its value.</exception>
    public static GrowthOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new GrowthOptions();
        while (!arguments.IsEmpty)
        {
            (options, var used) = arguments switch
            {
                ["--quick", ..] => (options with { Quick = true }, 1),
                ["--series", var names, ..] => (options with { Series = names.Split(',') }, 2),
                ["--work", var directory, ..] => (options with { Work = Path.GetFullPath(directory) }, 2),
                ["--out", var directory, ..] => (options with { Out = Path.GetFullPath(directory) }, 2),
                _ => throw new ArgumentException($"'{arguments[0]}' is not understood. Usage: {Usage}"),
            };
            arguments = arguments[used..];
        }

        var known = Growth.Series.All(quick: true).Select(series => series.Name);
        if (options.Series.Except(known).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"There is no series '{unknown}'. Usage: {Usage}");
        return options;
    }
}

using System.Globalization;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Comparison;

/// <summary>What to compare.</summary>
internal sealed record CompareOptions
{
    public const string Usage = "compare [--quick] [--inputs A,B,C,D,E,F] [--steps FirstSave,ListFiles,…] [--runs N] [--work DIRECTORY]";

    /// <summary>Smaller inputs, each once, and no warm session.</summary>
    public bool Quick { get; private init; }

    /// <summary>The letters of the inputs.</summary>
    public string Inputs { get; private init; } = "ABCD";

    /// <summary>The steps.</summary>
    public IReadOnlyList<Step> Steps { get; private init; } = Enum.GetValues<Step>();

    /// <summary>How often each step is measured; 0 for the default.</summary>
    public int Runs { get; private init; }

    /// <summary>The directory to work in; everything made there is removed at the end.</summary>
    public string Work { get; private init; } = Path.GetTempPath();

    /// <exception cref="ArgumentException">An option is unknown or lacks its value.</exception>
    public static CompareOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new CompareOptions();
        while (!arguments.IsEmpty)
        {
            (options, var used) = arguments switch
            {
                ["--quick", ..] => (options with { Quick = true }, 1),
                ["--inputs", var letters, ..] => (options with { Inputs = letters.Replace(",", "", StringComparison.Ordinal).ToUpperInvariant() }, 2),
                ["--steps", var names, ..] => (options with { Steps = [.. names.Split(',').Select(Enum.Parse<Step>).Order()] }, 2),
                ["--runs", var number, ..] => (options with { Runs = int.Parse(number, CultureInfo.InvariantCulture) }, 2),
                ["--work", var directory, ..] => (options with { Work = Path.GetFullPath(directory) }, 2),
                _ => throw new ArgumentException($"'{arguments[0]}' is not understood. Usage: {Usage}"),
            };
            arguments = arguments[used..];
        }

        return options with { Runs = options.Runs > 0 ? options.Runs : options.Quick ? 1 : 3 };
    }
}

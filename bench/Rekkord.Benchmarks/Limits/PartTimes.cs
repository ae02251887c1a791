using System.Diagnostics;

namespace Rekkord.Benchmarks.Limits;

/// <summary>Seconds of one thread for each part of the work.</summary>
internal sealed class PartTimes
{
    private readonly double[] _seconds = new double[Enum.GetValues<Part>().Length];

    /// <summary>All parts, in the order of <see cref="Seconds"/>.</summary>
    public static IReadOnlyList<Part> Parts { get; } = Enum.GetValues<Part>();

    /// <summary>What each part took.</summary>
    public IReadOnlyList<double> Seconds => _seconds;

    /// <summary>What a first save is made of.</summary>
    public double Save => Sum(Part.ReadFiles, Part.Cut, Part.Identify, Part.Compress, Part.Seal, Part.HashPacks, Part.WritePacks);

    /// <summary>What saving a large file again is made of, of which little changed: where it is cut is known.</summary>
    public double SaveAgain => Sum(Part.ReadFiles, Part.Identify);

    /// <summary>What a full scan is made of.</summary>
    public double Scan => Sum(Part.ReadPacks, Part.HashPacks, Part.Open, Part.Decompress, Part.IdentifyNew);

    /// <summary>What a restore is made of.</summary>
    public double Restore => Sum(Part.ReadPacks, Part.Open, Part.Decompress, Part.Identify, Part.WriteFiles);

    /// <summary>Adds the time since a moment to a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="start">What <see cref="Stopwatch.GetTimestamp"/> gave at its start.</param>
    /// <returns>The seconds.</returns>
    public double Add(Part part, long start)
    {
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _seconds[(int)part] += seconds;
        return seconds;
    }

    /// <summary>Adds seconds to a part.</summary>
    public void Add(Part part, double seconds) => _seconds[(int)part] += seconds;

    private double Sum(params ReadOnlySpan<Part> parts)
    {
        var sum = 0.0;
        foreach (var part in parts)
            sum += _seconds[(int)part];
        return sum;
    }
}

namespace Rekkord.Benchmarks.Growth;

/// <summary>A logarithmic axis: where a value lies between two ends in pixels.</summary>
/// <param name="Minimum">The value at the start; above 0.</param>
/// <param name="Maximum">The value at the end.</param>
/// <param name="Start">Pixels.</param>
/// <param name="End">Pixels.</param>
internal sealed record LogAxis(double Minimum, double Maximum, double Start, double End)
{
    private const double DecadesWithSteps = 2.5;

    /// <summary>The axis from the tick below all values to the one above.</summary>
    public static LogAxis Around(IReadOnlyCollection<double> values, double start, double end)
    {
        var all = Candidates(Math.Max(values.Min(), 1e-6) / 10, values.Max() * 10).ToList();
        return new LogAxis(all.Last(tick => tick <= values.Min() * 1.0001), all.First(tick => tick >= values.Max() * 0.9999 && tick > values.Min()), start, end);
    }

    public double Place(double value) => Start + ((End - Start) * Math.Log(value / Minimum) / Math.Log(Maximum / Minimum));

    /// <summary>The values to label: 1, 2 and 5 of each decade, or only its start when there are many.</summary>
    public IEnumerable<double> Ticks()
    {
        var detailed = Math.Log10(Maximum / Minimum) <= DecadesWithSteps;
        return Candidates(Minimum, Maximum).Where(tick => detailed || Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 1e-6);
    }

    private static IEnumerable<double> Candidates(double minimum, double maximum)
    {
        for (var decade = (int)Math.Floor(Math.Log10(minimum)); decade <= Math.Ceiling(Math.Log10(maximum)); decade++)
        {
            foreach (var step in (double[])[1, 2, 5])
            {
                var tick = step * Math.Pow(10, decade);
                if (tick >= minimum * 0.9999 && tick <= maximum * 1.0001)
                    yield return tick;
            }
        }
    }
}

namespace Rekkord.Benchmarks.Measuring;

/// <summary>What one run of a program took.</summary>
/// <param name="Seconds">From its start to its end.</param>
/// <param name="CpuSeconds">User and system time of it and its children.</param>
/// <param name="PeakBytes">Its largest resident set.</param>
/// <param name="BusyElsewhere">How many processors something else kept busy meanwhile, on average.</param>
/// <param name="Output">What it wrote to both of its outputs.</param>
internal sealed record Measurement(double Seconds, double CpuSeconds, long PeakBytes, double BusyElsewhere, string Output)
{
    /// <summary>From so many processors on that were busy elsewhere, a run counts as disturbed.</summary>
    public const double DisturbingShare = 0.15;

    /// <summary>Whether the machine had other work, so that the time says less than it should.</summary>
    public bool IsDisturbed => BusyElsewhere > DisturbingShare;
}

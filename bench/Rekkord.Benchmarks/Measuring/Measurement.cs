namespace Rekkord.Benchmarks.Measuring;

/// <summary>What one run of a program took.</summary>
/// <param name="Seconds">From its start to its end.</param>
/// <param name="CpuSeconds">User and system time of it and its children.</param>
/// <param name="PeakBytes">Its largest resident set.</param>
/// <param name="Output">What it wrote to both of its outputs.</param>
internal sealed record Measurement(double Seconds, double CpuSeconds, long PeakBytes, string Output);

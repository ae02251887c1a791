using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Growth;

/// <summary>What one step took at one size.</summary>
/// <param name="Step">The line it belongs to.</param>
/// <param name="Amount">The size, in the unit of its series.</param>
/// <param name="Measurement">What it took.</param>
internal sealed record GrowthPoint(string Step, double Amount, Measurement Measurement);

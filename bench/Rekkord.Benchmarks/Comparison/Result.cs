using Rekkord.Benchmarks.Measuring;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Comparison;

/// <summary>One measured step.</summary>
/// <param name="Tool">Whose.</param>
/// <param name="Step">What was done.</param>
/// <param name="Run">In which repetition, from 0.</param>
/// <param name="Measurement">What it took.</param>
/// <param name="AddedBytes">What it added to the repository.</param>
internal sealed record Result(string Tool, Step Step, int Run, Measurement Measurement, long AddedBytes);

namespace Rekkord.Fuzzing;

/// <summary>An input that a parser did not stand.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Iteration">Which input of the run it was, counted from 0.</param>
/// <param name="Input">The input.</param>
/// <param name="What">What happened.</param>
internal sealed record Finding(string Target, int Seed, long Iteration, byte[] Input, string What);

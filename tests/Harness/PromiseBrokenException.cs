namespace Rekkord.Reliability.Harness;

/// <summary>Something that docs/reliability.md promises did not hold.</summary>
internal sealed class PromiseBrokenException(string message) : Exception(message);

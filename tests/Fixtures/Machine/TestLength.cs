namespace Rekkord.Engine.Tests.Reliability;

/// <summary>How much a test tries: a spread of all cases, or with <c>REKKORD_TEST_LENGTH=long</c> every one (docs/testing.md).</summary>
internal static class TestLength
{
    public static bool IsLong => Environment.GetEnvironmentVariable("REKKORD_TEST_LENGTH") == "long";

    /// <summary>All cases in the long mode; otherwise so many, evenly spread, the first and the last among them.</summary>
    public static IEnumerable<T> Choose<T>(IReadOnlyList<T> cases, int count) => IsLong || cases.Count <= count
        ? cases
        : Enumerable.Range(0, count).Select(i => cases[(int)((long)i * (cases.Count - 1) / (count - 1))]);
}

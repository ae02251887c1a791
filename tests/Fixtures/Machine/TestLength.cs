namespace Rekkord.Tests;

/// <summary>How much a test tries: a spread of all cases, or with <c>REKKORD_TEST_LENGTH=long</c> every one (docs/testing.md).</summary>
public static class TestLength
{
    /// <summary>The name of the environment variable that asks for the long mode.</summary>
    public const string Variable = "REKKORD_TEST_LENGTH";

    public static bool IsLong => Environment.GetEnvironmentVariable(Variable) == "long";

    /// <summary>All cases in the long mode; otherwise so many, evenly spread, the first and the last among them.</summary>
    public static IEnumerable<T> Choose<T>(IReadOnlyList<T> cases, int count) => IsLong || cases.Count <= count
        ? cases
        : Enumerable.Range(0, count).Select(i => cases[(int)((long)i * (cases.Count - 1) / (count - 1))]);

    /// <summary>
    /// The same for one of several tests of the same cases: so many for each, evenly spread, between those of the others. The first
    /// test has the first case and the last test the last.
    /// </summary>
    public static IEnumerable<T> ChooseShare<T>(IReadOnlyList<T> cases, int count, int test, int tests) => IsLong || cases.Count <= count
        ? cases
        : Enumerable.Range(0, count).Select(i => cases[(int)((long)((i * tests) + test) * (cases.Count - 1) / ((count * tests) - 1))]);
}

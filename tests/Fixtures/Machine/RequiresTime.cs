using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>
/// A test that takes seconds and has a shorter one beside it: <c>dotnet test</c> is to be quick. It runs in CI, and in the long mode.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresTimeFactAttribute : FactAttribute, ITraitAttribute
{
    public RequiresTimeFactAttribute() => Skip = RequiresTime.WhyNot;
}

/// <summary>Several of them.</summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresTimeTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public RequiresTimeTheoryAttribute() => Skip = RequiresTime.WhyNot;
}

file static class RequiresTime
{
    public static string? WhyNot => TestLength.IsLong || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "It takes long. It runs where the environment has CI=true.";
}

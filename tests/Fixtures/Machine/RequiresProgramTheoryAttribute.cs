using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>A <see cref="RequiresProgramFactAttribute"/> with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresProgramTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public RequiresProgramTheoryAttribute(params string[] programs) => Skip = new RequiresProgramFactAttribute(programs).Skip;
}

using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>A test that needs root: elsewhere than in CI, where it must run, other users see it reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresRootFactAttribute : FactAttribute, ITraitAttribute
{
    public RequiresRootFactAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "It needs root, which Windows has not.";
        else if (!Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "It needs root.";
    }
}

using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>A test of what only Windows does. It runs in the workflow's job on Windows; elsewhere it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresWindowsFactAttribute : FactAttribute, ITraitAttribute
{
    public RequiresWindowsFactAttribute()
    {
        if (!OperatingSystem.IsWindows())
            Skip = "It needs Windows.";
    }
}

namespace Rekkord.Tests;

/// <summary>A test that needs root: elsewhere than in CI, where it must run, other users see it reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresRootFactAttribute : FactAttribute
{
    public RequiresRootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "It needs root.";
    }
}

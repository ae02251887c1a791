namespace Rekkord.Engine.Tests;

/// <summary>A test that has to change owners. Elsewhere than as root it is reported as skipped; in CI it runs and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresRootFactAttribute : FactAttribute
{
    public RequiresRootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "needs root, to change owners";
    }
}

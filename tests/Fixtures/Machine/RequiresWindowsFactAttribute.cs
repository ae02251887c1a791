namespace Rekkord.Tests;

/// <summary>
/// A test of what only Windows does. It runs in the workflow's job there and, as far as Wine goes, in <c>tests/Windows/smoke.sh</c>.
/// Elsewhere it is reported as skipped, also in CI: nothing that could be installed makes it run.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresWindowsFactAttribute : FactAttribute
{
    public RequiresWindowsFactAttribute()
    {
        if (!OperatingSystem.IsWindows())
            Skip = "It needs Windows.";
    }
}

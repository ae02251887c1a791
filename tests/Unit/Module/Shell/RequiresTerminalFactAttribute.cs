namespace Rekkord.Module.Tests.Shell;

/// <summary>
/// A test that needs a terminal, which the program <c>script</c> makes. Where that is missing the test is reported as skipped; in CI,
/// where it has to be there, it runs and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresTerminalFactAttribute : FactAttribute
{
    public RequiresTerminalFactAttribute()
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var isThere = directories.Any(directory => File.Exists(Path.Combine(directory, "script")));
        if (!isThere && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "needs script";
    }
}

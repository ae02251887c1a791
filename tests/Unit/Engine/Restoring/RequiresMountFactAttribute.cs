namespace Rekkord.Engine.Tests.Restoring;

/// <summary>A test that mounts a file system: without root, or the programs that make and mount it, it is reported as skipped; in CI it must run.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresMountFactAttribute : FactAttribute
{
    public RequiresMountFactAttribute(params string[] programs)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            return;
        var missing = programs.Where(program => RequiresProgramFactAttribute.Find(program) is null).ToList();
        Skip = missing.Count > 0 ? $"needs {string.Join(", ", missing)}" : Environment.IsPrivilegedProcess ? null : "needs root";
    }
}

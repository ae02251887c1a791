using System.Reflection;
using Rekkord.Tests;

namespace Rekkord.Module.Tests;

/// <summary>What the build told the tests, and the environment that they all run in.</summary>
internal static class TestAssembly
{
    /// <summary>Keeps the configuration and the caches of whoever runs the tests out of them.</summary>
    static TestAssembly()
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys)
        {
            if (name.StartsWith("REKKORD_", StringComparison.Ordinal) && name != TestLength.Variable)
                Environment.SetEnvironmentVariable(name, null);
        }

        Environment.SetEnvironmentVariable("HOME", Path.Combine(WorkDirectory, "home"));
        Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", null);
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", null);
        Environment.SetEnvironmentVariable("SUCCESS", null);
    }

    public static string ModuleManifest { get; } = GetMetadata("RekkordModule");

    public static string Version { get; } = GetMetadata("RekkordVersion");

    /// <summary>The directory of the project's documentation.</summary>
    public static string Documentation { get; } = GetMetadata("RekkordDocumentation");

    /// <summary>Where tests keep their files.</summary>
    public static string WorkDirectory { get; } = Path.Combine(AppContext.BaseDirectory, "work");

    private static string GetMetadata(string key) =>
        typeof(TestAssembly).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}

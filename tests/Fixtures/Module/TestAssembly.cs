using System.Collections;
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

        Environment.SetEnvironmentVariable("HOME", Path.Combine(AppContext.BaseDirectory, "work", "home"));
        Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", null);
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", null);
        Environment.SetEnvironmentVariable("SUCCESS", null);
        Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
    }

    /// <summary>The environment as the tests found it.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; }

    public static string ModuleManifest { get; } = GetMetadata("RekkordModule");

    public static string Version { get; } = GetMetadata("RekkordVersion");

    /// <summary>The directory of the project's documentation.</summary>
    public static string Documentation { get; } = GetMetadata("RekkordDocumentation");

    private static string GetMetadata(string key) =>
        typeof(TestAssembly).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}

using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>
/// A test that needs a program. Where the program is missing it is reported as skipped, by the program's name; in CI, where it has
/// to be there, it runs and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresProgramFactAttribute : FactAttribute, ITraitAttribute
{
    public RequiresProgramFactAttribute(params string[] programs)
    {
        var missing = programs.Where(program => Find(program) is null).ToList();
        if (missing.Count > 0 && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = $"needs {string.Join(", ", missing)}";
    }

    /// <summary>
    /// The full path of a program on the PATH, or where servers are kept beside it; null when it is not there.
    /// </summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(ServerDirectories)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);

    private static IEnumerable<string> ServerDirectories =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => version + "/bin").Append("/usr/sbin")
            : ["/usr/sbin"];
}

using System.Reflection;

namespace Rekkord.Benchmarks.Tools;

/// <summary>What runs PowerShell here: pwsh where it is on the PATH, else Rekkord.Shell.</summary>
/// <param name="Name">Which.</param>
/// <param name="Program">The program.</param>
internal sealed record PowerShellHost(string Name, string Program)
{
    /// <summary>The module's manifest, as the last build laid it out.</summary>
    public static string Module => Metadata("RekkordModule");

    /// <summary>The host to use.</summary>
    public static PowerShellHost Find() =>
        InstalledTools.FindOnPath("pwsh") is { } pwsh ? new("pwsh", pwsh) : new("Rekkord.Shell", Metadata("RekkordShell"));

    private static string Metadata(string key) =>
        typeof(PowerShellHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}

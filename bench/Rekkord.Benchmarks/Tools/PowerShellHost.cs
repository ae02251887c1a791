using System.Reflection;

namespace Rekkord.Benchmarks.Tools;

/// <summary>The PowerShell that is measured: pwsh where it is on the PATH, else the one that NuGet restored for this project.</summary>
/// <param name="Name">Which, in words.</param>
/// <param name="Program">The program.</param>
/// <param name="Arguments">What comes before PowerShell's own arguments.</param>
internal sealed record PowerShellHost(string Name, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>The module's manifest, as the last build laid it out.</summary>
    public static string Module => Metadata("RekkordModule");

    /// <summary>The PowerShell to use.</summary>
    public static PowerShellHost Find() => InstalledTools.FindOnPath("pwsh") is { } pwsh
        ? new("pwsh", pwsh, [])
        : new("the pwsh of the NuGet package", InstalledTools.FindOnPath("dotnet") ?? "dotnet", [Metadata("PowerShell")]);

    private static string Metadata(string key) =>
        typeof(PowerShellHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}

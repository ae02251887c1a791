using System.Runtime.InteropServices;

namespace Rekkord.Cmdlets.Loading;

/// <summary>
/// Where the module's files lie. What every machine can load is at its root and in <c>Dependencies</c>; what was compiled ahead for one
/// kind of machine lies beside that, in a directory with .NET's name for the machine.
/// </summary>
internal static class ModuleLayout
{
    /// <summary>The directory of the module.</summary>
    public static string Root { get; } = Path.GetDirectoryName(typeof(ModuleLayout).Assembly.Location)!;

    /// <summary>The engine and its packages, for every machine.</summary>
    public static string Dependencies { get; } = Path.Combine(Root, "Dependencies");

    /// <summary>What was compiled ahead for this machine; there may be no such directory.</summary>
    public static string Ahead { get; } = Path.Combine(Root, "native", $"{SystemName}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}");

    // A distribution that builds .NET itself has its own name in the runtime's identifier.
    private static string SystemName =>
        OperatingSystem.IsWindows() ? "win"
        : OperatingSystem.IsMacOS() ? "osx"
        : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
}

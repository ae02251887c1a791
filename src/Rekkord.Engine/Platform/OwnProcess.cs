using System.Globalization;

namespace Rekkord.Engine.Platform;

/// <summary>This process, as the system sees it.</summary>
public static class OwnProcess
{
    private const string IgnoredSignals = "SigIgn:";

    /// <summary>
    /// Whether SIGINT does nothing: a shell starts what a script puts in the background so. Told on Linux only.
    /// </summary>
    public static bool IgnoresInterrupt
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return false;
            var mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith(IgnoredSignals, StringComparison.Ordinal))[IgnoredSignals.Length..];
            return (ulong.Parse(mask, NumberStyles.AllowHexSpecifier | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) & (1UL << (Signals.Interrupt - 1))) != 0;
        }
    }

    /// <summary>Sends it SIGINT, as Ctrl-C does. Not on Windows.</summary>
    public static void Interrupt() => _ = LibC.Kill(Environment.ProcessId, Signals.Interrupt);
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace Rekkord.Benchmarks.Measuring;

/// <summary>What the system counted for the children that a process waited for, and for the whole machine: getrusage(2) and proc(5), on 64-bit Linux.</summary>
internal static partial class ResourceUsage
{
    private const int Children = -1;

    // The unit of /proc/stat, on every machine that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <exception cref="InvalidOperationException">The system refused.</exception>
    public static (double CpuSeconds, long PeakBytes) OfChildren()
    {
        // Two timevals, then 14 longs of which the first is the largest resident set in KiB.
        Span<long> usage = stackalloc long[18];
        if (GetUsage(Children, ref MemoryMarshal.GetReference(usage)) != 0)
            throw new InvalidOperationException($"getrusage failed with error {Marshal.GetLastPInvokeError()}.");
        return (usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6), usage[4] * 1024);
    }

    /// <summary>
    /// How long the processors have been busy since the machine started, all added up. What the host of a virtual machine took for others
    /// counts: its processors had work and could not do it.
    /// </summary>
    public static double BusySecondsOfMachine()
    {
        // cpu user nice system idle iowait irq softirq steal guest guest_nice; guests are part of user and nice.
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond;
    }

    [DllImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetUsage(int who, ref long usage);
}

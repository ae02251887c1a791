using System.Runtime.InteropServices;

namespace Rekkord.Benchmarks.Measuring;

/// <summary>What the system counted for the children that a process waited for: getrusage(2), on 64-bit Linux.</summary>
internal static partial class ResourceUsage
{
    private const int Children = -1;

    /// <exception cref="InvalidOperationException">The system refused.</exception>
    public static (double CpuSeconds, long PeakBytes) OfChildren()
    {
        // Two timevals, then 14 longs of which the first is the largest resident set in KiB.
        Span<long> usage = stackalloc long[18];
        if (GetUsage(Children, ref MemoryMarshal.GetReference(usage)) != 0)
            throw new InvalidOperationException($"getrusage failed with error {Marshal.GetLastPInvokeError()}.");
        return (usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6), usage[4] * 1024);
    }

    [DllImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetUsage(int who, ref long usage);
}

using System.Diagnostics;
using System.Globalization;

namespace Rekkord.Benchmarks.Measuring;

/// <summary>
/// Has memory present before a measurement. A virtual machine may give its free memory back to the host within seconds; taking it again
/// then costs some 2 ms for each MiB, more than most of what is measured here.
/// </summary>
internal static class PresentMemory
{
    public const string Verb = "memory";

    /// <summary>Where a session finds how many MiB to ask for just before what it measures.</summary>
    public const string Variable = "REKKORD_BENCHMARK_MEMORY";

    private const int Page = 4096;
    private const int Block = 64 * 1024 * 1024;

    /// <summary>Touches so much memory, in a process of its own, so that none of it stays in this one.</summary>
    public static void Ask(int mebibytes)
    {
        using var process = Process.Start(ProcessMeter.Self, [Verb, mebibytes.ToString(CultureInfo.InvariantCulture)]);
        process.WaitForExit();
    }

    /// <summary>Is the process that <see cref="Ask"/> starts.</summary>
    public static int Run(string[] arguments)
    {
        // Half of what is there at most: the files that are measured are in memory, too.
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Block / 2;
        var blocks = new byte[Math.Min(int.Parse(arguments[0], CultureInfo.InvariantCulture) / (Block >> 20) + 1, available)][];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = GC.AllocateUninitializedArray<byte>(Block);
            for (var page = 0; page < Block; page += Page)
                blocks[i][page] = 1;
        }

        GC.KeepAlive(blocks);
        return 0;
    }
}

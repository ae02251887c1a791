using System.Diagnostics;
using System.Globalization;

namespace Rekkord.Benchmarks.Measuring;

/// <summary>
/// Brings the machine into the same state before each measurement: memory is present, and files are in it. A virtual machine may give
/// free memory, and that of files not used for a while, back to its host within seconds; taking a MiB again then costs some 2 ms,
/// more than most of what is measured here.
/// </summary>
internal static class Preparation
{
    public const string Verb = "prepare";

    /// <summary>Where a session that warms up first finds the arguments, to prepare again just before what it measures.</summary>
    public const string Variable = "REKKORD_BENCHMARK_PREPARE";

    private const int Page = 4096;
    private const int Block = 64 * 1024 * 1024;

    /// <summary>What a command asks for, as arguments of <see cref="Run"/>, one per line.</summary>
    public static string ArgumentsFor(Command command) =>
        string.Join('\n', command.Reads.Prepend(command.Memory.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Prepares, in a process of its own, so that none of the memory stays in this one.</summary>
    public static void For(Command command)
    {
        using var process = Process.Start(ProcessMeter.Self, [Verb, .. ArgumentsFor(command).Split('\n')]);
        process.WaitForExit();
    }

    /// <summary>Is the process that <see cref="For"/> starts.</summary>
    /// <param name="arguments">MiB of memory to touch; directories to read.</param>
    public static int Run(string[] arguments)
    {
        Touch(int.Parse(arguments[0], CultureInfo.InvariantCulture));
        foreach (var directory in arguments.Skip(1).Where(Directory.Exists))
        {
            foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
            {
                using var file = File.OpenRead(path);
                file.CopyTo(Stream.Null);
            }
        }

        return 0;
    }

    /// <summary>Half of the memory at most: the files that are measured are in it, too.</summary>
    private static void Touch(int mebibytes)
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Block / 2;
        var blocks = new byte[Math.Min((mebibytes / (Block >> 20)) + 1, available)][];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = GC.AllocateUninitializedArray<byte>(Block);
            for (var page = 0; page < Block; page += Page)
                blocks[i][page] = 1;
        }

        GC.KeepAlive(blocks);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;

namespace Rekkord.Fuzzing;

/// <summary>Feeds several groups, each in a process of its own: what is instrumented counts in one map for the whole process, and a process may die of its input.</summary>
internal static class FuzzJobs
{
    /// <summary>Runs.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="options">What each process gets beside the group's name.</param>
    /// <param name="jobs">How many at a time.</param>
    /// <returns>Whether something was found.</returns>
    public static bool Run(IEnumerable<string> groups, string[] options, int jobs)
    {
        var found = false;

        // One group after the other, not some of them at once.
        var queue = Partitioner.Create(groups, EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(queue, new ParallelOptions { MaxDegreeOfParallelism = jobs }, group =>
        {
            using var process = Process.Start(Environment.ProcessPath!, [group, .. options]);
            process.WaitForExit();
            if (process.ExitCode == 0)
                return;
            Volatile.Write(ref found, true);
            if (process.ExitCode != 1)
                Console.WriteLine($"FOUND: {group} ended with {process.ExitCode}; the input is in the file <target>.current beside the findings.");
        });
        return found;
    }
}

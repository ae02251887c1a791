using Rekkord.Benchmarks.Inputs;

namespace Rekkord.Benchmarks.Comparison;

/// <summary>Something small of every kind of content, which the session does often enough for the runtime to compile everything in its final form.</summary>
internal static class WarmUp
{
    /// <summary>Makes it.</summary>
    /// <returns>The directory.</returns>
    public static string Create(string directory)
    {
        Directory.CreateDirectory(directory);
        new SmallFiles('B', directories: 4, minimum: 1024, maximum: 16 * 1024).Create(directory);
        new DiskImage(mebibytes: 48).Create(directory);
        return directory;
    }
}

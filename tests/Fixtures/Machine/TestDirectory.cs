namespace Rekkord.Tests;

/// <summary>The directories of tests: where they are made, and how they are removed whatever the tests left in them.</summary>
public static class TestDirectory
{
    /// <summary>
    /// Where tests make repositories. A save makes each object durable, and on a disk the tests spend most of their time waiting for that. So
    /// they lie in memory, where the system has a file system there that can do what a disk's can. In the long mode they lie on the disk.
    /// </summary>
    public static string Work { get; } = FindMemory() ?? Path.Combine(AppContext.BaseDirectory, "work");

    /// <summary>Makes a directory of its own for one test.</summary>
    public static string Create() => Directory.CreateDirectory(Path.Combine(Work, Guid.NewGuid().ToString("n"))).FullName;

    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (!OperatingSystem.IsWindows() && error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // .NET removes neither names that are not UTF-8 nor trees deeper than PATH_MAX (an ArgumentException), and nobody but root what
            // lies in a directory without permissions.
            TestProgram.Run("sh", "-c", "rm -rf -- \"$1\" 2>/dev/null || { chmod -R u+rwx -- \"$1\"; rm -rf -- \"$1\"; }", "sh", path);
        }
    }

    private static string? FindMemory()
    {
        const string memory = "/dev/shm";

        // Linux 6.6 is the first whose tmpfs has user attributes. Containers mount a small one, without programs.
        if (TestLength.IsLong || !OperatingSystem.IsLinux() || Environment.OSVersion.Version < new Version(6, 6) || !Directory.Exists(memory))
            return null;
        var mount = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).LastOrDefault(fields => fields[1] == memory);
        if (mount is not [_, _, "tmpfs", var options, ..] || options.Split(',').Contains("noexec") || new DriveInfo(memory).AvailableFreeSpace < 2L << 30)
            return null;

        var work = Path.Combine(memory, "rekkord-tests-" + Environment.UserName);
        Directory.CreateDirectory(work);
        RemoveLeftovers(work);
        return work;
    }

    /// <summary>Gives the memory back that a run holds which was killed.</summary>
    private static void RemoveLeftovers(string work)
    {
        foreach (var left in new DirectoryInfo(work).EnumerateDirectories().Where(left => left.LastWriteTimeUtc < DateTime.UtcNow.AddDays(-1)))
            Remove(left.FullName);
    }
}

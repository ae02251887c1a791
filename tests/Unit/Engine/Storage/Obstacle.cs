using System.Diagnostics;
using System.Net.Sockets;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>What somebody who runs the storage may put in the place of a file or a directory.</summary>
internal static class Obstacle
{
    /// <summary>The kinds that there are here: on Windows, links.</summary>
    public static readonly string[] Kinds =
        ["link to a file", "link to a directory", "dangling link", .. OperatingSystem.IsWindows() ? (string[])[] : ["link to a fifo", "fifo", "socket"]];

    /// <summary>Puts an obstacle in a place.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="path">The place, which is free.</param>
    /// <param name="outside">A directory with a <c>file</c>, a <c>directory</c> and a <c>fifo</c> for links to lead to.</param>
    public static void Make(string kind, string path, string outside)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (kind == "fifo")
            MakeFifo(path);
        else if (kind == "socket")
            MakeSocket(path);
        else
            File.CreateSymbolicLink(path, Path.Combine(outside, kind[(kind.LastIndexOf(' ') + 1)..]));
    }

    /// <summary>Makes the directory that links lead to, with a file of the name that temporary files have, old enough to be removed as one.</summary>
    public static string MakeOutside(string path)
    {
        Directory.CreateDirectory(Path.Combine(path, "directory"));
        foreach (var file in new[] { "file", "directory/precious", "directory/0123456789abcdef0123456789abcdef" })
        {
            File.WriteAllText(Path.Combine(path, file), "precious");
            File.SetLastWriteTimeUtc(Path.Combine(path, file), DateTime.UtcNow.AddDays(-3));
        }

        if (!OperatingSystem.IsWindows())
            MakeFifo(Path.Combine(path, "fifo"));
        return path;
    }

    /// <summary>What is in a directory, to compare: names, and the content and times of files.</summary>
    public static IReadOnlyList<string> Describe(string directory) =>
        [.. new DirectoryInfo(directory).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(info => $"{info.FullName} {(info.Name == "fifo" || info is DirectoryInfo ? "" : File.ReadAllText(info.FullName))} {info.LastWriteTimeUtc:o}").Order(StringComparer.Ordinal)];

    private static void MakeFifo(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    // A socket's path has 107 bytes at most, so it is bound elsewhere and moved.
    private static void MakeSocket(string path)
    {
        var bound = Path.Combine(Path.GetTempPath(), $"rekkord-{Guid.NewGuid():n}"[..20]);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(bound));
            using var move = Process.Start("mv", [bound, path]);
            move.WaitForExit();
            Assert.Equal(0, move.ExitCode);
        }
    }
}

using System.Runtime.CompilerServices;

namespace Rekkord.Architecture.Tests;

/// <summary>The files of the project itself.</summary>
internal static class WorkTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>The files below a folder. What builds and other tests make is not entered: it comes and goes.</summary>
    public static IEnumerable<string> FilesBelow(string folder, string pattern)
    {
        var path = Path.Combine(Root, folder);
        return Directory.EnumerateFiles(path, pattern).Concat(Directory.EnumerateDirectories(path)
            .Where(below => Path.GetFileName(below) is not ("bin" or "obj")).SelectMany(below => FilesBelow(below, pattern)));
    }

    private static string FindRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(file, "..", "..", "..", ".."));
}

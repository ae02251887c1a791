using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Rekkord.Engine.Tests.Architecture;

/// <summary>What no analyzer of the SDK enforces.</summary>
public sealed partial class StyleTests
{
    [Fact]
    public void An_exception_that_is_caught_is_called_error_or_by_what_it_means()
    {
        var abbreviated = SourceFiles().SelectMany(file => File.ReadLines(file)
            .Where(line => Abbreviation().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}"));
        Assert.Empty(abbreviated);
    }

    private static IEnumerable<string> SourceFiles([CallerFilePath] string file = "")
    {
        var root = Path.GetFullPath(Path.Combine(file, "..", "..", "..", "..", ".."));
        return new[] { "src", "tests", "bench" }.SelectMany(folder => FilesBelow(Path.Combine(root, folder)));
    }

    /// <summary>Does not enter what builds and other tests make, which comes and goes.</summary>
    private static IEnumerable<string> FilesBelow(string folder) => Directory.EnumerateFiles(folder, "*.cs")
        .Concat(Directory.EnumerateDirectories(folder).Where(below => Path.GetFileName(below) is not ("bin" or "obj")).SelectMany(FilesBelow));

    [GeneratedRegex(@"\bcatch \([\w.]+ (e|ex|exception)\)")]
    private static partial Regex Abbreviation();
}

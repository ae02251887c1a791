using System.Text.RegularExpressions;

namespace Rekkord.Architecture.Tests;

/// <summary>What no analyzer of the SDK enforces.</summary>
public sealed partial class StyleTests
{
    [Fact]
    public void An_exception_that_is_caught_is_called_error_or_by_what_it_means()
    {
        var abbreviated = new[] { "src", "tests", "bench" }.SelectMany(folder => WorkTree.FilesBelow(folder, "*.cs")).SelectMany(file => File.ReadLines(file)
            .Where(line => Abbreviation().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}"));
        Assert.Empty(abbreviated);
    }

    [GeneratedRegex(@"\bcatch \([\w.]+ (e|ex|exception)\)")]
    private static partial Regex Abbreviation();
}

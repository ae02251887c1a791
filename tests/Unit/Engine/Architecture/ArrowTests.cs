using System.Text.RegularExpressions;

namespace Rekkord.Engine.Tests.Architecture;

/// <summary>Compares the engine's folders with the table of arrows in docs/architecture.md.</summary>
public sealed partial class ArrowTests
{
    private const string Root = "Rekkord.Engine";

    private static readonly string Source = Path.Combine(WorkTree.Root, "src", Root);
    private static readonly IReadOnlyList<(string Folder, string[] Uses)> Table = ReadTable();

    [Fact]
    public void Every_folder_has_a_row_and_every_row_a_folder() =>
        Assert.Equal(SourceFiles().Select(FolderOf).Distinct().Order(StringComparer.Ordinal), Table.Select(row => row.Folder).Order(StringComparer.Ordinal));

    [Fact]
    public void A_folder_points_at_folders_below_it_in_the_table_and_so_never_back()
    {
        var places = Table.Select((row, place) => (row.Folder, place)).ToDictionary();
        var upwards = Table.SelectMany(row => row.Uses.Where(used => places[used] <= places[row.Folder]).Select(used => $"{row.Folder} -> {used}"));
        Assert.Empty(upwards);
    }

    /// <summary>
    /// Usings are read too, for arrows that the compiler leaves no trace of: constants, and names in comments. A using that nothing needs
    /// does not build.
    /// </summary>
    [Fact]
    public void The_engine_has_the_arrows_of_the_table_and_no_others()
    {
        var allowed = Table.SelectMany(row => row.Uses.Select(used => (row.Folder, used))).ToHashSet();
        var compiled = CompiledArrows.Read(typeof(Errors.RekkordException).Assembly.Location, Root)
            .Select(arrow => (Arrow: (arrow.FromFolder, arrow.ToFolder), Where: $"{arrow.FromType} uses {arrow.ToType}"));
        var written = SourceFiles().SelectMany(file => UsingLine().Matches(File.ReadAllText(file))
            .Select(line => (Arrow: (FolderOf(file), line.Groups["folder"].Value.Replace('.', '/')), Where: Path.GetFileName(file))));
        var found = compiled.Concat(written).ToList();

        Assert.All(found, found => Assert.Contains(found.Arrow, allowed));
        // What is allowed and not used is taken out of the table, so that nobody has to ask why it is allowed.
        Assert.Empty(allowed.Except(found.Select(found => found.Arrow)));
    }

    [Fact]
    public void The_namespace_of_a_file_is_its_folder()
    {
        var wrong = SourceFiles().Where(file => NamespaceLine().Match(File.ReadAllText(file)).Groups["folder"].Value.Replace('.', '/') != FolderOf(file));
        Assert.Empty(wrong.Select(file => Path.GetRelativePath(WorkTree.Root, file)));
    }

    private static IEnumerable<string> SourceFiles() => WorkTree.FilesBelow(Source, "*.cs").Where(file => Path.GetDirectoryName(file) != Source);

    private static string FolderOf(string file) => Path.GetRelativePath(Source, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '/');

    private static (string, string[])[] ReadTable()
    {
        var document = File.ReadAllText(Path.Combine(WorkTree.Root, "docs", "architecture.md")).ReplaceLineEndings("\n");
        var start = document.IndexOf("\n| folder | points at |\n", StringComparison.Ordinal);
        Assert.True(start >= 0, "docs/architecture.md has no table of arrows.");
        return [.. document[(start + 1)..].Split('\n').Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1].Trim('`'), FolderName().Matches(cells[2]).Select(name => name.Groups["name"].Value).ToArray()))];
    }

    [GeneratedRegex(@"^using (\w+ = )?Rekkord\.Engine\.(?<folder>[\w.]+?)(\.Oid)?;\r?$", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^namespace Rekkord\.Engine\.(?<folder>[\w.]+);\r?$", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex FolderName();
}

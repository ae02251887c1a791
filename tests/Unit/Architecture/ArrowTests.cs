using System.Reflection;
using System.Text.RegularExpressions;

namespace Rekkord.Architecture.Tests;

/// <summary>Compares the folders of the engine and of the cmdlets with the tables of arrows in docs/architecture.md.</summary>
public sealed partial class ArrowTests
{
    public static readonly TheoryData<string> Projects = new("Rekkord.Engine", "Rekkord.Cmdlets");

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_folder_has_a_row_and_every_row_a_folder(string project)
    {
        var folders = new ProjectFolders(project);
        Assert.Equal(folders.Files().Select(folders.FolderOf).Distinct().Order(StringComparer.Ordinal), folders.Table.Select(row => row.Folder).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_folder_points_at_folders_below_it_in_the_table_and_so_never_back(string project)
    {
        var table = new ProjectFolders(project).Table;
        var places = table.Select((row, place) => (row.Folder, place)).ToDictionary();
        var upwards = table.SelectMany(row => row.Uses.Where(used => places[used] <= places[row.Folder]).Select(used => $"{row.Folder} -> {used}"));
        Assert.Empty(upwards);
    }

    /// <summary>
    /// Usings are read too, for arrows that the compiler leaves no trace of: constants, and names in comments. A using that nothing needs
    /// does not build.
    /// </summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_has_the_arrows_of_its_table_and_no_others(string project)
    {
        var folders = new ProjectFolders(project);
        var allowed = folders.Table.SelectMany(row => row.Uses.Select(used => (row.Folder, used))).ToHashSet();
        var compiled = CompiledArrows.Read(folders.Assembly, project)
            .Select(arrow => (Arrow: (arrow.FromFolder, arrow.ToFolder), Where: $"{arrow.FromType} uses {arrow.ToType}"));
        var written = folders.Files().SelectMany(file => folders.UsingsOf(file)
            .Select(used => (Arrow: (folders.FolderOf(file), used), Where: Path.GetFileName(file))));
        var found = compiled.Concat(written).ToList();

        Assert.All(found, found => Assert.Contains(found.Arrow, allowed));
        // What is allowed and not used is taken out of the table, so that nobody has to ask why it is allowed.
        Assert.Empty(allowed.Except(found.Select(found => found.Arrow)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_namespace_of_a_file_is_its_folder(string project)
    {
        var folders = new ProjectFolders(project);
        var wrong = folders.Files().Where(file => folders.NamespaceOf(file) != folders.FolderOf(file));
        Assert.Empty(wrong.Select(file => Path.GetRelativePath(WorkTree.Root, file)));
    }

    /// <summary>The folders of a project below src/, and its table in docs/architecture.md.</summary>
    private sealed partial class ProjectFolders(string project)
    {
        private readonly string _source = Path.Combine(WorkTree.Root, "src", project);

        public string Assembly { get; } = Path.Combine(
            typeof(ArrowTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "RekkordAssemblies").Value!,
            $"{project}.dll");

        public IReadOnlyList<(string Folder, string[] Uses)> Table { get; } = ReadTable(project);

        public IEnumerable<string> Files() => WorkTree.FilesBelow(_source, "*.cs").Where(file => Path.GetDirectoryName(file) != _source);

        public string FolderOf(string file) => Path.GetRelativePath(_source, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '/');

        public IEnumerable<string> UsingsOf(string file) =>
            Names(UsingLine(), file).Select(name => name.EndsWith(".Oid", StringComparison.Ordinal) ? name[..^".Oid".Length] : name).Select(ToFolder);

        public string NamespaceOf(string file) => ToFolder(Names(NamespaceLine(), file).FirstOrDefault(""));

        private IEnumerable<string> Names(Regex line, string file) => line.Matches(File.ReadAllText(file))
            .Select(match => match.Groups["name"].Value).Where(name => name.StartsWith($"{project}.", StringComparison.Ordinal));

        private string ToFolder(string name) => name.Length > project.Length ? name[(project.Length + 1)..].Replace('.', '/') : "";

        private static (string, string[])[] ReadTable(string project)
        {
            var document = File.ReadAllText(Path.Combine(WorkTree.Root, "docs", "architecture.md")).ReplaceLineEndings("\n");
            var start = document.IndexOf($"\n| folder of `{project}` | points at |\n", StringComparison.Ordinal);
            Assert.True(start >= 0, $"docs/architecture.md has no table of arrows for {project}.");
            return [.. document[(start + 1)..].Split('\n').Skip(2).TakeWhile(line => line.StartsWith('|'))
                .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
                .Select(cells => (cells[1].Trim('`'), FolderName().Matches(cells[2]).Select(name => name.Groups["name"].Value).ToArray()))];
        }

        [GeneratedRegex(@"^using (\w+ = )?(?<name>[\w.]+);\r?$", RegexOptions.Multiline)]
        private static partial Regex UsingLine();

        [GeneratedRegex(@"^namespace (?<name>[\w.]+);\r?$", RegexOptions.Multiline)]
        private static partial Regex NamespaceLine();

        [GeneratedRegex("`(?<name>[^`]+)`")]
        private static partial Regex FolderName();
    }
}

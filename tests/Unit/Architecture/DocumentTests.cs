using System.Text.RegularExpressions;

namespace Rekkord.Architecture.Tests;

/// <summary>What documents point at exists: files and headings behind links, and the types that docs/architecture.md names.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist()
    {
        var links = Documents()
            .SelectMany(document => Link().Matches(WithoutCode(document)).Select(link => (Document: document, link.Groups["target"].Value)))
            .Where(link => !link.Value.Contains("://", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(links);
        var broken = links.Where(link => !Exists(link.Document, link.Value));
        Assert.Empty(broken.Select(link => $"{Path.GetRelativePath(WorkTree.Root, link.Document)}: {link.Value}"));
    }

    [Fact]
    public void The_types_that_the_architecture_names_are_where_it_says()
    {
        var section = File.ReadAllText(Path.Combine(WorkTree.Root, "docs", "architecture.md")).ReplaceLineEndings("\n").Split("\n## ")
            .Single(text => text.StartsWith("Find it fast\n", StringComparison.Ordinal));
        var types = TypeName().Matches(section).Select(match => match.Groups["name"].Value).ToList();
        var folders = FolderName().Matches(section).Select(match => match.Groups["name"].Value);
        var source = string.Concat(WorkTree.FilesBelow("src", "*.cs").Concat(WorkTree.FilesBelow("tests", "*.cs")).Select(File.ReadAllText));

        Assert.NotEmpty(types);
        Assert.All(types, type => Assert.True(Regex.IsMatch(source, $@"\b(class|interface|record|struct|enum) {type}\b"), type));
        Assert.All(folders, folder => Assert.True(IsFolder("", folder) || IsFolder("src/Rekkord.Engine", folder), folder));
    }

    private static bool IsFolder(string parent, string folder) => Directory.Exists(Path.Combine(WorkTree.Root, parent, folder));

    private static IEnumerable<string> Documents() => Directory.EnumerateFiles(WorkTree.Root, "*.md")
        .Concat(WorkTree.FilesBelow("docs", "*.md")).Concat(WorkTree.FilesBelow("bench", "*.md"));

    private static bool Exists(string document, string target)
    {
        var (file, heading) = target.Split('#', 2) is [var path, var anchor] ? (path, anchor) : (target, "");
        var full = file.Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, file));
        return heading.Length == 0
            ? File.Exists(full) || Directory.Exists(full)
            : File.Exists(full) && Heading().Matches(WithoutCode(full)).Any(match => AnchorOf(match.Groups["text"].Value) == heading);
    }

    /// <summary>The anchor that GitHub makes of a heading.</summary>
    private static string AnchorOf(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant().Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_'))
            .Replace(' ', '-');

    private static string WithoutCode(string path) => CodeBlock().Replace(File.ReadAllText(path).ReplaceLineEndings("\n"), "");

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`(?<name>I?[A-Z][a-z][A-Za-z]+)(\\.[A-Za-z]+)?`")]
    private static partial Regex TypeName();

    [GeneratedRegex("`(?<name>[A-Za-z.]+(/[A-Za-z.]+)*)/`")]
    private static partial Regex FolderName();
}

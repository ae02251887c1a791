using System.Diagnostics;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Tests.Patterns;

/// <summary>A file of rules leaves out what Git would ignore by the same lines.</summary>
public sealed class IgnoreRulesTests : IDisposable
{
    private const int Seed = 20_261_128;
    private const int Rounds = 150;

    private static readonly string[] Names = ["a", "b", "ab", "a.txt", "b.log", "x", "foo", "a b", "#a", "!b", "[a]", "c1"];

    private static readonly string[] Parts =
    [
        "a", "b", "*", "**", "a*", "*.log", "?", "[ab]", "[!a]", "[^b]", "foo", "a.txt", "[a-b]", @"\*", "*b", "f[o]o", "x", "***", "a**b", @"\#a", "[[:digit:]]", "?[0-9]",
        @"[\]a]", "[]a]", "a b", "#a", "!b", @"\!b", @"\[a]", "[a-", @"a\", "[[:nothing:]]", "a ", @"a\ ",
    ];

    private readonly string _directory = TestDirectory.Create();

    public void Dispose() => TestDirectory.Remove(_directory);

    [Theory]
    [InlineData("*.log", "a/b.log", true)]
    [InlineData("/b.log", "a/b.log", false)]
    [InlineData("/a", "ab/a", false)]
    [InlineData("a/*", "a/b", true)]
    [InlineData("a/*.c", "a/b/d.c", false)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("**/c", "a/b/c", true)]
    [InlineData("a/**/c", "a/c", true)]
    [InlineData("[[:upper:]]x", "Ax", true)]
    [InlineData("[!a]x", "ax", false)]
    [InlineData("# a", "# a", false)]
    [InlineData(@"\# a", "# a", true)]
    [InlineData("a  ", "a", true)]
    [InlineData(@"a\ ", "a ", true)]
    [InlineData("a\r", "a", true)]
    [InlineData("\ufeffa", "a", true)]
    [InlineData("a/", "a", false)]
    [InlineData("/", "a", false)]
    [InlineData("a\n!a", "a", false)]
    [InlineData("!a\na", "a", true)]
    public void A_line_means_what_it_means_to_git(string lines, string path, bool isLeftOut) =>
        Assert.Equal(isLeftOut, IsLeftOut(IgnoreRules.Parse("file", lines, Assert.Fail), path, isDirectory: false));

    [Theory]
    [InlineData("[a")]
    [InlineData(@"a\")]
    [InlineData("[[:nothing:]]")]
    public void A_line_that_can_mean_nothing_is_named_and_leaves_nothing_out(string line)
    {
        var warnings = new List<string>();

        var rules = IgnoreRules.Parse("/x/.rekkordignore", $"b\n{line}", warnings.Add);

        Assert.Contains("Line 2 of '/x/.rekkordignore'", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.True(IsLeftOut(rules, "b", isDirectory: false));
    }

    [RequiresProgramFact("git")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Any_rules_leave_out_what_git_ignores()
    {
        var random = new Random(Seed);
        Git("init -q .", "");
        for (var round = 0; round < Rounds; round++)
        {
            var lines = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Line(random)).ToArray();
            File.WriteAllLines(Path.Combine(_directory, ".gitignore"), lines);
            var entries = Tree(random);

            var ignored = Git("check-ignore --no-index -z --stdin", string.Concat(entries.Select(entry => entry.Key + "\0"))).Split('\0').ToHashSet();

            var rules = IgnoreRules.Parse("file", string.Join('\n', lines), static _ => { });
            Assert.All(entries, entry => Assert.True(
                ignored.Contains(entry.Key) == IsLeftOut(rules, entry.Key, entry.Value), $"git {(ignored.Contains(entry.Key) ? "ignores" : "takes")} '{entry.Key}' by: {string.Join(" | ", lines)}"));
        }
    }

    /// <summary>Whether an entry or a directory above it is left out.</summary>
    private static bool IsLeftOut(IgnoreRules rules, string path, bool isDirectory)
    {
        var names = path.Split('/');
        return Enumerable.Range(1, names.Length).Any(count =>
            rules.Find(string.Join('/', names[..count]), names[count - 1], count < names.Length || isDirectory) is { TakesIn: false });
    }

    private static string Line(Random random)
    {
        var line = string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Parts[random.Next(Parts.Length)]));
        return $"{(random.Next(4) == 0 ? "!" : "")}{(random.Next(4) == 0 ? "/" : "")}{line}{(random.Next(4) == 0 ? "/" : "")}";
    }

    /// <summary>Makes files and directories; true is a directory.</summary>
    private SortedDictionary<string, bool> Tree(Random random)
    {
        foreach (var old in Directory.GetFileSystemEntries(_directory).Where(path => Path.GetFileName(path) is not (".git" or ".gitignore")))
            TestDirectory.Remove(old);
        var entries = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        for (var i = 0; i < 12; i++)
        {
            var path = Names[random.Next(Names.Length)];
            for (var depth = random.Next(3); depth > 0 && entries.GetValueOrDefault(path, true); depth--)
            {
                entries[path] = true;
                path += "/" + Names[random.Next(Names.Length)];
            }

            entries.TryAdd(path, false);
        }

        foreach (var (path, isDirectory) in entries)
        {
            if (isDirectory)
                Directory.CreateDirectory(Path.Combine(_directory, path));
            else if (entries.GetValueOrDefault(Path.GetDirectoryName(path)!, true))
                File.WriteAllText(Path.Combine(_directory, path), "");
        }

        return entries;
    }

    private string Git(string arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _directory, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}

using Rekkord.Engine.Errors;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Tests.Patterns;

/// <summary>A pattern matches what it says, or is refused with what to write.</summary>
public sealed class PathPatternTests
{
    [Theory]
    [InlineData("*.tmp", "/a/b.tmp", true)]
    [InlineData("ab*ba", "/abba", true)]
    [InlineData("ab*ba", "/aba", false)]
    [InlineData("*.tmp", "/a/b.tmp/c", false)]
    [InlineData("*.[ot]", "/a/b.o", true)]
    [InlineData("*.[ot]", "/a/b.p", false)]
    [InlineData("*.[ot]", "/a/b.[ot]", false)]
    [InlineData("[a-c]x", "/bx", true)]
    [InlineData("[a-c]x", "/-x", false)]
    [InlineData("[a-]x", "/-x", true)]
    [InlineData("[]x]", "/]", true)]
    [InlineData("[^a]", "/b", false)]
    [InlineData("[!]a", "/!a", true)]
    [InlineData("[ ]x", "/ x", true)]
    [InlineData("x`[1`]", "/x[1]", true)]
    [InlineData("x`*", "/x*", true)]
    [InlineData("x`*", "/xy", false)]
    [InlineData("[.-a]b", "/a/b", false)]
    [InlineData("/a//b", "/a/b", true)]
    [InlineData("/a/./b/", "/a/b", true)]
    [InlineData("/a/c/../b", "/a/b", true)]
    [InlineData("build/obj", "/x/build/obj", true)]
    [InlineData("build//obj", "/x/build/obj", true)]
    [InlineData("build/obj", "/x/rebuild/obj", false)]
    [InlineData("build/obj", "/build/x/obj", false)]
    [InlineData("/a/**/z", "/a/b/c/z", true)]
    [InlineData("/a/**/z", "/a/z", true)]
    [InlineData("/a/**/z", "/a/bz", false)]
    [InlineData("/a/**z", "/a/b/cz", true)]
    [InlineData("/a/*z", "/a/b/cz", false)]
    [InlineData("/a/*/z", "/a//z", true)]
    [InlineData("/*a*b*c", "/xaxbxbxc", true)]
    [InlineData("/*a*b*c", "/xaxcxb", false)]
    [InlineData("/a?c", "/abc", true)]
    [InlineData("/a?c", "/a/c", false)]
    [InlineData("/a?", "/a", false)]
    [InlineData("x`", "/x`", true)]
    [InlineData("a+(b)", "/a+(b)", true)]
    public void It_matches_what_it_says(string pattern, string path, bool matches) =>
        Assert.Equal(matches, new PathPattern(pattern).Matches(path, path[(path.LastIndexOf('/') + 1)..]));

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_backslash_is_a_character_of_a_name() => Assert.True(new PathPattern("\\xff.txt").Matches("/\\xff.txt", "\\xff.txt"));

    [Fact]
    public void One_that_a_text_can_match_in_very_many_ways_takes_no_time()
    {
        var text = new string('a', 5000);

        Assert.False(new PathPattern(string.Concat(Enumerable.Repeat("*a", 300)) + "b").Matches("/" + text, text));
        Assert.True(new PathPattern(string.Concat(Enumerable.Repeat("*a", 300))).Matches("/" + text, text));
    }

    [Theory]
    [InlineData("A*Z", "abcz", true)]
    [InlineData("[a-c]", "B", true)]
    [InlineData("[a-c]", "D", false)]
    [InlineData("\u00c4?", "\u00e4x", true)]
    public void Case_can_be_left_out_of_account(string pattern, string name, bool matches)
    {
        Assert.Equal(matches, Wildcard.Matcher(pattern, ignoreCase: true)(name));
        Assert.False(Wildcard.Matcher(pattern, ignoreCase: false)(name));
    }

    [Theory]
    [InlineData("./build", "/place/[x]/build")]
    [InlineData(".//build/", "/place/[x]/build")]
    [InlineData("../*.o", "/place/a.o")]
    [InlineData("~/Mail", "/home/ann/Mail")]
    [InlineData("~", "/home/ann")]
    public void One_that_begins_at_a_place_is_the_path_from_there(string pattern, string path)
    {
        var parsed = PathPattern.Parse(pattern, "/place/[x]", "/home/ann");

        Assert.True(parsed.Matches(path, Path.GetFileName(path)));
        Assert.False(parsed.Matches("/else" + path, Path.GetFileName(path)));
        Assert.Equal(pattern, parsed.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//./")]
    [InlineData(".")]
    [InlineData("a/..")]
    [InlineData("../x")]
    [InlineData("a ")]
    [InlineData(" a")]
    [InlineData("a\n")]
    [InlineData("a\tb")]
    [InlineData("!a")]
    [InlineData("a[b")]
    [InlineData("a[b/c]")]
    [InlineData("[c-a]")]
    [InlineData("build\\obj")]
    public void One_that_can_match_nothing_or_matches_everything_is_refused(string pattern)
    {
        if (pattern.Contains('\\', StringComparison.Ordinal) && OperatingSystem.IsWindows())
            return;
        Assert.Equal("PatternInvalid", Assert.Throws<RekkordException>(() => new PathPattern(pattern)).ErrorId);
    }

    [Theory]
    [InlineData("/home/ann/.cache", "/home/ann", true)]
    [InlineData("/home/*/.cache", "/home/ann", true)]
    [InlineData("/**/x", "/home/ann", true)]
    [InlineData("x", "/home/ann", true)]
    [InlineData("x/y", "/home/ann", true)]
    [InlineData("/home/ann", "/home/ann", true)]
    [InlineData("/home/bob/.cache", "/home/ann", false)]
    [InlineData("/home", "/home/ann", false)]
    [InlineData("/anything", "/", true)]
    public void It_knows_whether_it_can_match_in_a_directory(string pattern, string directory, bool can) =>
        Assert.Equal(can, new PathPattern(pattern).CanMatchWithin(directory));
}

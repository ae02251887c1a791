using Rekkord.Engine.Configuration;

namespace Rekkord.Engine.Tests.Configuration;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "ab", 1)]
    [InlineData("abc", "axc", 1)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    public void Distance_counts_insertions_deletions_replacements_and_swaps(string a, string b, int distance)
    {
        Assert.Equal(distance, NearestName.Distance(a, b));
        Assert.Equal(distance, NearestName.Distance(b, a));
    }

    [Theory]
    [InlineData("threads", "Threads")]
    [InlineData("Thraeds", "Threads")]
    [InlineData("Url", "URL")]
    [InlineData("Elephant", null)]
    public void The_nearest_name_is_only_offered_when_it_is_near(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Find(name, ["Threads", "URL", "KeyFile"]));

    [Fact]
    public void A_name_of_any_length_is_handled() => Assert.Null(NearestName.Find(new string('x', 1_000_000), ["Threads"]));
}

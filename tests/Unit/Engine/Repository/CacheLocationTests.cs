using Rekkord.Engine.Repository;

namespace Rekkord.Engine.Tests.Repository;

public sealed class CacheLocationTests
{
    [Theory]
    [InlineData("/var/cache/user", "/home/user", "/var/cache/user/rekkord")]
    [InlineData(null, "/home/user", "/home/user/.cache/rekkord")]
    [InlineData("relative", "/home/user", "/home/user/.cache/rekkord")]
    [InlineData(null, "", "/.cache/rekkord")]
    [InlineData("", "home", "/home/.cache/rekkord")]
    public void The_cache_never_lies_below_the_working_directory(string? cacheHome, string home, string expected) =>
        Assert.Equal(expected, CacheLocation.OnUnix(cacheHome, home));
}

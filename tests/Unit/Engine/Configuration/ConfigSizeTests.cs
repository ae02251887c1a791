using Rekkord.Engine.Configuration;

namespace Rekkord.Engine.Tests.Configuration;

public sealed class ConfigSizeTests
{
    [Theory]
    [InlineData("1", 1, "1B")]
    [InlineData("1000", 1000, "1000B")]
    [InlineData("500KB", 500 * 1024, "500KB")]
    [InlineData("2mb", 2 * 1024 * 1024, "2MB")]
    [InlineData("2048KB", 2 * 1024 * 1024, "2MB")]
    [InlineData("1TB", 1L << 40, "1TB")]
    public void A_size_is_read_and_written(string text, long size, string shortest)
    {
        Assert.True(ConfigSize.TryParse(text, out var read));
        Assert.Equal((size, shortest), (read, ConfigSize.Format(read)));
        Assert.True(ConfigSize.TryParse(shortest, out var again));
        Assert.Equal(size, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0MB")]
    [InlineData("-1")]
    [InlineData("MB")]
    [InlineData("1.5MB")]
    [InlineData("1 MB")]
    [InlineData("1MiB")]
    [InlineData("2000TB")]
    [InlineData("99999999999999999999")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ConfigSize.TryParse(text, out _));
}

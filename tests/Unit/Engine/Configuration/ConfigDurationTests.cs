using Rekkord.Engine.Configuration;

namespace Rekkord.Engine.Tests.Configuration;

public sealed class ConfigDurationTests
{
    [Theory]
    [InlineData("90s", 90, "1m30s")]
    [InlineData("10m", 600, "10m")]
    [InlineData("2h30m", 9000, "2h30m")]
    [InlineData("30d", 2_592_000, "4w2d")]
    [InlineData("1w", 604_800, "1w")]
    [InlineData("1w2d3h4m5s", 788_645, "1w2d3h4m5s")]
    [InlineData("1h5s", 3605, "1h5s")]
    [InlineData("36500d", 3_153_600_000, "5214w2d")]
    public void A_duration_is_read_and_written(string text, long seconds, string written)
    {
        Assert.True(ConfigDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
        Assert.Equal(written, ConfigDuration.Format(duration));
        Assert.True(ConfigDuration.TryParse(written, out var again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0s")]
    [InlineData("10")]
    [InlineData("m")]
    [InlineData("10 m")]
    [InlineData(" 10m")]
    [InlineData("-10m")]
    [InlineData("+10m")]
    [InlineData("1.5h")]
    [InlineData("10M")]
    [InlineData("30m2h")]
    [InlineData("1m1m")]
    [InlineData("10min")]
    [InlineData("10ms")]
    [InlineData("00:10:00")]
    [InlineData("36501d")]
    [InlineData("999999999w")]
    [InlineData("9999999999s")]
    [InlineData("١٠m")]
    public void What_is_no_duration_is_not_read(string text) => Assert.False(ConfigDuration.TryParse(text, out _));
}

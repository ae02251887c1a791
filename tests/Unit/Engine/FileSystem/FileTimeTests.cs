using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Tests.FileSystem;

public sealed class FileTimeTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 100)]
    [InlineData(-1, -1, 999_999_900)]
    [InlineData(-10_000_000, -1, 0)]
    [InlineData(-10_000_001, -2, 999_999_900)]
    [InlineData(12_345_678_901, 1234, 567_890_100)]
    public void Ticks_around_1970_convert_both_ways(long ticks, long seconds, int nanoseconds)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks(ticks);
        Assert.Equal(new FileTime(seconds, nanoseconds), FileTime.FromDateTimeOffset(time));
        Assert.Equal(time, new FileTime(seconds, nanoseconds).ToDateTimeOffset());
    }

    [Fact]
    public void Times_beyond_the_years_1_to_9999_are_clamped()
    {
        Assert.Equal(DateTimeOffset.MinValue, new FileTime(long.MinValue, 0).ToDateTimeOffset());
        Assert.Equal(DateTimeOffset.MaxValue, new FileTime(long.MaxValue, 0).ToDateTimeOffset());
        Assert.Equal(DateTimeOffset.MaxValue, FileTime.FromDateTimeOffset(DateTimeOffset.MaxValue).ToDateTimeOffset());
        Assert.Equal(DateTimeOffset.MinValue, FileTime.FromDateTimeOffset(DateTimeOffset.MinValue).ToDateTimeOffset());
    }

    [Fact]
    public void Times_are_ordered_by_seconds_and_then_nanoseconds()
    {
        Assert.True(new FileTime(-1, 999_999_999) < new FileTime(0, 0));
        Assert.True(new FileTime(1, 2) > new FileTime(1, 1));
        Assert.True(new FileTime(1, 1) <= new FileTime(1, 1) && new FileTime(1, 1) >= new FileTime(1, 1));
    }
}

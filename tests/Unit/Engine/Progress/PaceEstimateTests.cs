using Rekkord.Engine.Progress;
using Xunit;

namespace Rekkord.Engine.Tests.Progress;

public sealed class PaceEstimateTests
{
    private readonly HandClock _clock = new();
    private readonly PaceEstimate _pace;

    public PaceEstimateTests() => _pace = new PaceEstimate(_clock);

    [Fact]
    public void Nothing_is_claimed_of_the_first_seconds()
    {
        _pace.Update(0);
        Assert.Null(_pace.PerSecond);
        After(1.5, 1500);
        Assert.Null(_pace.PerSecond);
        Assert.Null(_pace.TimeLeft(3000));
        After(0.5, 2000);
        Assert.Equal(1000, _pace.PerSecond);
        Assert.Equal(TimeSpan.FromSeconds(8), _pace.TimeLeft(10_000));
    }

    [Fact]
    public void What_is_long_ago_does_not_count()
    {
        _pace.Update(0);
        for (var i = 1; i <= 100; i++)
            After(1, i * 1_000_000L);
        for (var i = 1; i <= 25; i++)
            After(1, 100_000_000 + (i * 10L));
        Assert.Equal(10, _pace.PerSecond);
    }

    [Fact]
    public void What_stands_still_has_no_pace_and_no_end()
    {
        _pace.Update(0);
        After(5, 5000);
        After(21, 5000);
        After(5, 5000);
        Assert.Null(_pace.PerSecond);
        Assert.Null(_pace.TimeLeft(10_000));
    }

    [Fact]
    public void Less_than_before_begins_anew()
    {
        _pace.Update(0);
        After(5, 5000);
        After(1, 10);
        Assert.Null(_pace.PerSecond);
        After(4, 50);
        Assert.Equal(10, _pace.PerSecond);
    }

    [Fact]
    public void Without_a_total_or_beyond_it_no_end_is_told()
    {
        _pace.Update(0);
        After(5, 5000);
        Assert.Null(_pace.TimeLeft(0));
        Assert.Null(_pace.TimeLeft(5000));
        Assert.Null(_pace.TimeLeft(4999));
        Assert.NotNull(_pace.TimeLeft(5001));
    }

    [Fact]
    public void A_pace_that_would_take_centuries_has_no_end()
    {
        _pace.Update(0);
        After(10, 1);
        Assert.Null(_pace.TimeLeft(long.MaxValue));
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(5, 0, null)]
    [InlineData(0, 10, 0)]
    [InlineData(199, 200, 99)]
    [InlineData(200, 200, 100)]
    [InlineData(201, 200, null)]
    [InlineData(long.MaxValue / 2, long.MaxValue, 50)]
    public void Percents_are_whole_and_never_more_than_a_hundred(long done, long total, int? percent) =>
        Assert.Equal(percent, PaceEstimate.Percent(done, total));

    [Fact]
    public void The_memory_of_a_long_run_is_bounded()
    {
        _pace.Update(0);
        for (var i = 1; i <= 1000; i++)
            After(0.01, i);
        Assert.InRange(_pace.PerSecond!.Value, 99, 101);
    }

    private void After(double seconds, long done)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _pace.Update(done);
    }

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}

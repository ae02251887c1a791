using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>Which snapshot of a channel is the newest, when clocks were right, and when one was not.</summary>
public sealed class NewestSnapshotTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly List<string> _warnings = [];

    [Fact]
    public void The_newest_is_the_one_that_says_so_when_the_times_agree()
    {
        Assert.Equal("b", Find(Made("a", -48, stored: -48), Made("b", -24, stored: -24)));
        Assert.Equal("b", Find(Made("b", -24, stored: -24), Made("a", -48, stored: -48)));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_clock_that_was_ahead_once_hides_nothing_that_was_stored_later()
    {
        Assert.Equal("today", Find(Made("before", -48, stored: -48), Made("ahead", 80_000, stored: -24), Made("today", -1, stored: -1)));

        var warning = Assert.Single(_warnings);
        Assert.Contains("It is not used", warning, StringComparison.Ordinal);
        Assert.Contains($"id:{Id("ahead").ToString()[..12]}", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80_000)]
    [InlineData(0.5)]
    public void What_was_stored_last_is_the_newest_though_its_clock_was_ahead(double claimed)
    {
        Assert.Equal("ahead", Find(Made("before", -48, stored: -48), Made("ahead", claimed, stored: -0.1)));

        Assert.Contains("in the future", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_that_was_ahead_is_noticed_when_the_time_that_it_said_has_come()
    {
        var error = Assert.Throws<RekkordException>(() => Find(Made("ahead", -24, stored: -72), Made("later", -48, stored: -48)));

        AssertNamesBoth(error, "ahead", "later");
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(-24)]
    [InlineData(-400_000)]
    public void A_clock_that_was_behind_once_is_an_error_that_names_both(double claimed)
    {
        var error = Assert.Throws<RekkordException>(() => Find(Made("before", -2, stored: -2), Made("behind", claimed, stored: -1)));

        AssertNamesBoth(error, "before", "behind");
    }

    [Fact]
    public void The_next_save_with_a_right_clock_ends_the_doubt() =>
        Assert.Equal("next", Find(Made("before", -2, stored: -2), Made("behind", -400_000, stored: -1), Made("next", -0.5, stored: -0.5)));

    [Fact]
    public void When_the_storage_had_the_wrong_clock_too_nothing_tells_which_came_last()
    {
        // A disk in the machine whose clock was wrong: its files have the same wrong time.
        var error = Assert.Throws<RekkordException>(() => Find(Made("ahead", 80_000, stored: 80_000), Made("today", -1, stored: -1)));

        AssertNamesBoth(error, "ahead", "today");
    }

    [Fact]
    public void A_copy_is_stored_after_newer_ones_and_raises_no_doubt_about_them()
    {
        var copy = Made("copy", -2.5, stored: -0.1);

        Assert.Equal("direct", Find(Made("direct", -2, stored: -2), copy with { Summary = copy.Summary with { Origin = new SnapshotOrigin(new string('0', 32), Id("first"), "") } }));
        Assert.Empty(_warnings);
        Assert.Throws<RekkordException>(() => Find(Made("direct", -2, stored: -2), copy));
    }

    [Fact]
    public void A_copy_that_lost_the_times_of_its_files_raises_no_doubt_about_those_of_the_snapshots()
    {
        Assert.Equal("c", Find(Made("a", -72, stored: -0.1), Made("b", -48, stored: -0.05), Made("c", -24, stored: -0.2)));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_copy_that_lost_the_times_of_its_files_leaves_open_when_one_with_a_future_time_was_made() =>
        AssertNamesBoth(Assert.Throws<RekkordException>(() => Find(Made("a", -72, stored: -0.2), Made("ahead", 80_000, stored: -0.3))), "a", "ahead");

    [Fact]
    public void A_long_save_that_began_first_and_ended_last_is_no_contradiction()
    {
        Assert.Equal("short", Find(Made("long", -10, stored: -2, hours: 8), Made("short", -5, stored: -5)));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_storage_whose_clock_is_always_wrong_orders_what_it_got_all_the_same()
    {
        Assert.Equal("b", Find(Made("a", -48, stored: -50), Made("b", -24, stored: -26)));
        Assert.Contains("clock", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void When_all_are_still_to_come_this_machines_clock_may_be_wrong_and_their_own_order_counts()
    {
        Assert.Equal("b", Find(Made("a", 24, stored: 24), Made("b", 48, stored: 48)));
        Assert.Contains("this machine's", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Times_and_durations_at_the_end_of_their_range_break_nothing()
    {
        var last = Made("last", 0, stored: -1) with { Summary = Summary("c", DateTimeOffset.MaxValue, TimeSpan.MaxValue) };
        var first = Made("first", 0, stored: -2) with { Summary = Summary("c", DateTimeOffset.MinValue, TimeSpan.MinValue) };

        Assert.Throws<RekkordException>(() => Find(first, last));
        Assert.Equal("today", Find(first with { StoredTime = DateTimeOffset.MinValue }, last with { StoredTime = Now.AddHours(-5) }, Made("today", -1, stored: -1)));
    }

    private static void AssertNamesBoth(RekkordException error, string one, string other)
    {
        Assert.Equal("SnapshotAmbiguous", error.ErrorId);
        foreach (var name in new[] { one, other })
            Assert.Contains($"'id:{Id(name).ToString()[..12]}'", error.Message, StringComparison.Ordinal);
    }

    private static Oid Id(string name) => new(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    private static SnapshotSummary Summary(string channel, DateTimeOffset time, TimeSpan duration) =>
        new() { Channel = channel, Time = time, Duration = duration, HostName = "host", Paths = [] };

    /// <summary>A snapshot with its times in hours from now.</summary>
    private static Snapshot Made(string name, double claimed, double stored, double hours = 0) =>
        new(Id(name), Summary("c", Now.AddHours(claimed), TimeSpan.FromHours(hours)), $"snapshots/{name}", $"tags/{name}", "") { StoredTime = Now.AddHours(stored) };

    private string Find(params Snapshot[] snapshots) => NewestSnapshot.Find(snapshots, Now, _warnings.Add).ObjectName["snapshots/".Length..];
}

using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Snapshots;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Tests.Retention;

/// <summary>Which snapshots a policy keeps, and why; and that nobody's wrong clock or flood changes that for others.</summary>
public sealed class RetentionPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Created = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RetentionPolicy Daily = new() { KeepDaily = 3, TimeZone = TimeZoneInfo.Utc };

    /// <summary>Central European time: two hours ahead of UTC from the last Sunday of March to that of October, at 01:00 UTC, else one.</summary>
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test", "test", [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
        DateTime.MinValue.Date,
        DateTime.MaxValue.Date,
        TimeSpan.FromHours(1),
        TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
        TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday))]);

    [Fact]
    public void Each_rule_keeps_the_newest_of_its_periods_and_says_which() => AssertPlan(
        new RetentionPolicy { KeepLast = 1, KeepDaily = 2, KeepMonthly = 2, TimeZone = TimeZoneInfo.Utc },
        [
            (Made("october", "2026-10-31 03:00"), "keep monthly 2 of 2 (2026-10)"),
            (Made("early", "2026-11-26 03:00"), "remove last: older than the 1 kept; daily: older than the 2 kept; monthly: 2026-11 has a newer one"),
            (Made("first", "2026-11-27 03:00"), "remove last: older than the 1 kept; daily: 2026-11-27 has a newer one; monthly: 2026-11 has a newer one"),
            (Made("second", "2026-11-27 15:00"), "keep daily 2 of 2 (2026-11-27)"),
            (Made("today", "2026-11-28 03:00"), "keep last 1 of 1; daily 1 of 2 (2026-11-28); monthly 1 of 2 (2026-11)"),
        ]);

    [Fact]
    public void A_period_without_a_snapshot_costs_nothing() => AssertPlan(
        Daily,
        [
            (Made("a", "2021-01-01 03:00"), "remove daily: older than the 3 kept"),
            (Made("b", "2024-05-05 03:00"), "keep daily 3 of 3 (2024-05-05)"),
            (Made("c", "2026-11-01 03:00"), "keep daily 2 of 3 (2026-11-01)"),
            (Made("d", "2026-11-28 03:00"), "keep daily 1 of 3 (2026-11-28)"),
        ]);

    [Fact]
    public void The_oldest_stays_while_a_rule_has_room() => AssertPlan(
        new RetentionPolicy { KeepYearly = 3, TimeZone = TimeZoneInfo.Utc },
        [
            (Made("oldest", "2025-02-01 03:00"), "keep yearly 3 of 3, the oldest"),
            (Made("middle", "2025-11-01 03:00"), "remove yearly: 2025 has a newer one"),
            (Made("last year", "2025-12-01 03:00"), "keep yearly 2 of 3 (2025)"),
            (Made("newest", "2026-11-28 03:00"), "keep yearly 1 of 3 (2026)"),
        ],
        allReasons: false);

    [Fact]
    public void What_is_kept_within_a_time_is_measured_from_the_newest_snapshot_and_not_from_now() => AssertPlan(
        new RetentionPolicy { KeepWithin = TimeSpan.FromDays(30) },
        [
            (Made("older", "2024-01-30 02:59"), "remove older than 30d"),
            (Made("old", "2024-01-30 03:00"), "keep within 30d"),
            (Made("new", "2024-02-29 03:00"), "keep within 30d"),
        ]);

    [Fact]
    public void Partial_snapshots_take_no_place_of_whole_ones() => AssertPlan(
        Daily with { KeepDaily = 2 },
        [
            (Made("whole 1", "2026-11-20 03:00"), "remove daily: older than the 2 kept"),
            (Partial("before", "2026-11-21 02:00"), "remove partial, daily: older than the 2 whole ones kept"),
            (Made("whole 2", "2026-11-22 03:00"), "keep daily 2 of 2 (2026-11-22)"),
            (Made("whole 3", "2026-11-23 03:00"), "keep daily 1 of 2 (2026-11-23)"),
            (Partial("same day", "2026-11-23 09:00"), "remove partial, daily: 2026-11-23 has a whole one"),
            (Partial("partial 1", "2026-11-24 03:00"), "remove partial, daily: older than the 2 kept"),
            (Partial("partial 2", "2026-11-25 03:00"), "keep partial, daily 2 of 2 (2026-11-25)"),
            (Partial("partial 3", "2026-11-26 03:00"), "keep partial, daily 1 of 2 (2026-11-26)"),
        ]);

    [Fact]
    public void Of_a_machine_whose_saves_are_all_partial_as_many_stay_as_of_another() => AssertPlan(
        new RetentionPolicy { KeepLast = 2 },
        [
            (Partial("a", "2026-11-24 03:00"), "remove partial, last: older than the 2 kept"),
            (Partial("b", "2026-11-25 03:00"), "keep partial, last 2 of 2"),
            (Partial("c", "2026-11-26 03:00"), "keep partial, last 1 of 2"),
        ]);

    [Fact]
    public void Partial_snapshots_do_not_move_what_is_measured_from_the_newest() => AssertPlan(
        new RetentionPolicy { KeepWithin = TimeSpan.FromDays(10) },
        [
            (Made("whole", "2026-09-01 03:00"), "keep within 10d"),
            (Partial("partial", "2026-11-26 03:00"), "keep within 10d"),
        ]);

    [Theory]
    [InlineData("2031-01-01 00:00", "2026-11-28 03:00")] // a clock that was ahead
    [InlineData("2031-01-01 00:00", "2031-01-01 00:00")] // and the storage's with it: a disk in the machine
    [InlineData("1970-01-01 00:00", "2026-11-28 03:00")] // a clock that was behind
    [InlineData("1970-01-01 00:00", "1970-01-01 00:00")]
    [InlineData("2026-11-27 23:59", "2026-11-28 03:00")]
    [InlineData("2026-11-20 23:59", "2026-11-28 03:00")]
    [InlineData("2026-11-28 05:00", "2026-11-28 03:00")]
    [InlineData("0001-01-01 00:00", "2026-11-28 03:00")]
    [InlineData("9999-12-31 23:59", "2026-11-28 03:00")]
    public void A_wrong_clock_neither_keeps_nor_removes_others_nor_itself(string claimed, string stored)
    {
        Snapshot[] others = [.. Enumerable.Range(1, 27).Select(day => Made($"day {day}", $"2026-11-{day:00} 03:00"))];
        var policy = new RetentionPolicy { KeepLast = 2, KeepHourly = 3, KeepDaily = 5, KeepWeekly = 3, KeepMonthly = 6, KeepYearly = 5, KeepWithin = TimeSpan.FromDays(3), TimeZone = TimeZoneInfo.Utc };
        var before = Decide(policy, others);

        var wrong = Made("wrong", claimed) with { StoredTime = Time(stored) };
        var after = Decide(policy, [.. others, wrong]);

        Assert.Equal(Describe(before), Describe(after.Where(decision => decision.Snapshot.ObjectName != wrong.ObjectName)));
        var own = Assert.Single(after, decision => decision.Snapshot.ObjectName == wrong.ObjectName);
        Assert.True(own.IsKept);
        Assert.StartsWith("time in doubt: it claims ", Assert.Single(own.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_that_lost_the_times_of_its_files_loses_nothing_and_can_be_thinned_out_when_its_claims_are_believed()
    {
        Snapshot[] copied = [.. Enumerable.Range(1, 9).Select(day => Made($"day {day}", $"2026-11-{day:00} 03:00") with { StoredTime = Now })];

        Assert.All(Decide(Daily, copied), decision => Assert.True(decision.IsKept));
        Assert.Equal(3, Decide(Daily with { TrustTime = true }, copied).Count(decision => decision.IsKept));
    }

    [Theory]
    [InlineData("2026-11-28 11:00", "2026-11-28 11:00")]
    [InlineData("2026-11-27 23:59", "2026-11-28 11:00")]
    [InlineData("2030-01-01 00:00", "2026-11-28 11:00")]
    public void A_thief_with_another_keyfile_who_floods_a_channel_pushes_nothing_out(string claimed, string stored)
    {
        var policy = new RetentionPolicy { KeepLast = 2, KeepDaily = 5, TimeZone = TimeZoneInfo.Utc };
        Snapshot[] good = [.. Enumerable.Range(20, 8).Select(day => Made($"day {day}", $"2026-11-{day:00} 03:00"))];
        Snapshot[] flood = [.. Enumerable.Range(0, 500).Select(i => Made($"flood {i}", claimed) with { StoredTime = Time(stored), KeyId = "thief" })];

        var after = Decide(policy, [.. flood, .. good]);

        Assert.Equal(Describe(Decide(policy, good)), Describe(after.Where(decision => decision.Snapshot.KeyId != "thief")));
    }

    [Theory]
    [InlineData("2026-11-27 23:59", 0)]
    [InlineData("2026-11-20 23:59", 0)]
    [InlineData("2026-11-27 23:59", 11.1)] // a save that is said to have begun yesterday, and to have ended when it was stored
    [InlineData("2026-11-20 23:59", 179.1)] // or a week ago
    public void A_thief_with_the_same_keyfile_takes_no_day_on_which_they_did_not_store(string claimed, double hours)
    {
        Snapshot[] good = [.. Enumerable.Range(20, 8).Select(day => Made($"day {day}", $"2026-11-{day:00} 03:00"))];
        Snapshot[] flood = [.. Enumerable.Range(0, 500).Select(i => Made($"flood {i}", claimed, hours: hours) with { StoredTime = Time("2026-11-28 11:05") })];

        var kept = Decide(Daily, [.. flood, .. good]).Where(decision => decision.IsKept).Select(decision => decision.Snapshot.ObjectName).ToHashSet();

        Assert.Superset(new HashSet<string> { Name("day 26"), Name("day 27") }, kept);
    }

    [Fact]
    public void Hosts_paths_channels_and_keys_are_judged_apart()
    {
        var one = Made("one", "2026-11-27 03:00");
        Snapshot[] apart =
        [
            one,
            Of("host", one, one.Summary with { HostName = "other" }),
            Of("paths", one, one.Summary with { Paths = ["/srv"u8.ToArray()] }),
            Of("channel", one, one.Summary with { Channel = "other" }),
            Of("key", one, one.Summary) with { KeyId = "other" },
            Of("copy", one, one.Summary with { Origin = new SnapshotOrigin("r", one.Id, "k") }),
            Of("copied from", one, one.Summary with { Origin = new SnapshotOrigin("other", one.Id, "k") }),
            Of("signer", one, one.Summary with { Origin = new SnapshotOrigin("r", one.Id, "other") }),
        ];

        Assert.All(Decide(new RetentionPolicy { KeepLast = 1 }, apart), decision => Assert.Equal("last 1 of 1", Assert.Single(decision.Reasons)));

        // The order in which paths were named is none of the reasons to keep two.
        var two = Of("two", one, one.Summary with { Paths = ["/a"u8.ToArray(), "/b"u8.ToArray()] });
        Assert.Single(Decide(new RetentionPolicy { KeepLast = 1 }, [two, Of("three", one, one.Summary with { Paths = ["/b"u8.ToArray(), "/a"u8.ToArray()] })]), decision => decision.IsKept);
    }

    [Fact]
    public void Days_begin_at_midnight_of_the_time_zone()
    {
        Snapshot[] snapshots = [Made("evening", "2026-07-10 21:30"), Made("night", "2026-07-10 22:30")];

        Assert.Single(Decide(Daily, snapshots), decision => decision.IsKept && decision.Reasons is ["daily 1 of 3 (2026-07-10)"]);
        Assert.Equal(
            ["keep daily 2 of 3 (2026-07-10)", "keep daily 1 of 3 (2026-07-11)"],
            Decide(Daily with { TimeZone = Berlin }, snapshots).Select(decision => $"keep {decision.Reasons[0]}"));
    }

    [Fact]
    public void When_clocks_are_put_back_the_hour_that_comes_twice_is_two_hours() => AssertPlan(
        new RetentionPolicy { KeepHourly = 3, TimeZone = Berlin },
        [
            (Made("before", "2026-10-24 23:30"), "remove hourly: older than the 3 kept"),
            (Made("first", "2026-10-25 00:30"), "keep hourly 3 of 3 (2026-10-25 02:00 +02:00)"),
            (Made("second", "2026-10-25 01:30"), "keep hourly 2 of 3 (2026-10-25 02:00 +01:00)"),
            (Made("third", "2026-10-25 02:30"), "keep hourly 1 of 3 (2026-10-25 03:00 +01:00)"),
        ]);

    [Theory]
    [InlineData("2026-03-28 22:59", "2026-03-29 21:59")] // the day of 23 hours, to its last minute
    [InlineData("2026-10-24 21:59", "2026-10-25 22:59")] // the day of 25 hours
    public void A_day_is_a_day_however_many_hours_it_has(string dayBefore, string lastMinute)
    {
        var end = Time(lastMinute);
        Snapshot[] snapshots = [Made("before", dayBefore), Made("midday", lastMinute) with { StoredTime = end }, Made("after", end.AddMinutes(2))];

        Assert.Equal(3, Decide(Daily with { TimeZone = Berlin }, snapshots).Count(decision => decision.Reasons[0].StartsWith("daily", StringComparison.Ordinal)));
    }

    [Fact]
    public void Weeks_begin_on_Monday_and_belong_to_the_year_that_has_most_of_them() => AssertPlan(
        new RetentionPolicy { KeepWeekly = 2, TimeZone = TimeZoneInfo.Utc },
        [
            (Made("sunday", "2024-12-29 03:00"), "keep weekly 2 of 2 (2024-W52)"),
            (Made("monday", "2024-12-30 03:00"), "remove weekly: 2025-W01 has a newer one"),
            (Made("new year", "2025-01-01 03:00"), "keep weekly 1 of 2 (2025-W01)"),
        ]);

    [Fact]
    public void A_tag_keeps_its_snapshots_whatever_their_times_say_and_takes_no_place() => AssertPlan(
        new RetentionPolicy { KeepLast = 1, KeepTags = ["release", "v2"], TimeZone = TimeZoneInfo.Utc },
        [
            (Tagged("old", "2020-01-01 03:00", "release", "v2"), "keep tag release; tag v2"),
            (Tagged("other case", "2021-01-01 03:00", "Release"), "remove no tag that is kept; last: older than the 1 kept"),
            (Tagged("doubtful", "2022-01-01 03:00", "v2") with { StoredTime = Time("2026-01-01 03:00") }, "keep time in doubt: it claims 2022-01-01 03:00:00Z, and was stored 2026-01-01 03:00:00Z; tag v2"),
            (Made("newest", "2026-11-27 03:00"), "keep last 1 of 1"),
        ]);

    [Fact]
    public void Tags_alone_are_no_rule() => Assert.True(new RetentionPolicy { KeepTags = ["release"] }.IsEmpty);

    [Fact]
    public void A_flood_of_tagged_snapshots_stays_and_pushes_nothing_out()
    {
        Snapshot[] good = [Made("first", "2026-11-01 03:00"), Made("second", "2026-11-02 03:00")];
        var flood = Enumerable.Range(0, 50).Select(i => Tagged($"flood {i}", $"2026-11-03 03:{i:00}", "release") with { KeyId = "stolen" });

        var plan = Decide(Daily with { KeepTags = ["release"] }, [.. good, .. flood]);

        Assert.All(plan, decision => Assert.True(decision.IsKept));
        Assert.Equal(50, plan.Count(decision => decision.Reasons[0] == "tag release"));
    }

    [Fact]
    public void Any_mixture_keeps_what_it_must_and_a_second_run_removes_nothing_more()
    {
        var random = new Random(17);
        for (var round = 0; round < 300; round++)
        {
            Snapshot[] snapshots = [.. Enumerable.Range(0, random.Next(1, 40)).Select(i => Random(random, $"{round} {i}"))];
            var policy = new RetentionPolicy { KeepLast = random.Next(3), KeepHourly = random.Next(4), KeepDaily = random.Next(6), KeepWeekly = random.Next(3), KeepMonthly = random.Next(1, 3), TimeZone = Berlin };

            var plan = Decide(policy, snapshots);
            var kept = plan.Where(decision => decision.IsKept).Select(decision => decision.Snapshot).ToArray();

            Assert.Equal(snapshots.Length, plan.Count);
            Assert.All(plan, decision => Assert.NotEmpty(decision.Reasons));
            foreach (var group in snapshots.Where(snapshot => snapshot.Summary.ErrorCount == 0).GroupBy(snapshot => (snapshot.Summary.HostName, snapshot.KeyId)))
                Assert.Superset(group.OrderByDescending(snapshot => snapshot.Summary.Time).Take(Math.Max(1, policy.KeepLast)).Select(snapshot => snapshot.ObjectName).ToHashSet(), kept.Select(snapshot => snapshot.ObjectName).ToHashSet());
            Assert.All(Decide(policy, kept), decision => Assert.True(decision.IsKept, $"round {round}: {string.Join("; ", decision.Reasons)}"));
        }
    }

    private static Snapshot Random(Random random, string name)
    {
        var made = Made(name, Now.AddMinutes(-random.Next(60 * 24 * 90)));
        return Of(name, made, made.Summary with { HostName = $"host {random.Next(2)}", ErrorCount = random.Next(3) / 2 }) with { KeyId = $"key {random.Next(2)}" };
    }

    private static IReadOnlyList<RetentionDecision> Decide(RetentionPolicy policy, IEnumerable<Snapshot> snapshots) => new RetentionPlan(policy, Now, Created).Decide(snapshots);

    private static void AssertPlan(RetentionPolicy policy, (Snapshot Snapshot, string Expected)[] expected, bool allReasons = true)
    {
        var plan = Decide(policy, expected.Select(each => each.Snapshot).Reverse());
        Assert.Equal(expected.Select(each => each.Snapshot.ObjectName), plan.Select(decision => decision.Snapshot.ObjectName));
        Assert.Equal(expected.Select(each => each.Expected), plan.Select(decision => $"{(decision.IsKept ? "keep" : "remove")} {(allReasons ? string.Join("; ", decision.Reasons) : decision.Reasons[^1])}"));
    }

    private static IEnumerable<string> Describe(IEnumerable<RetentionDecision> plan) => plan.Select(decision => $"{decision.Snapshot.ObjectName} {decision.IsKept} {string.Join("; ", decision.Reasons)}");

    private static Snapshot Partial(string name, string time)
    {
        var whole = Made(name, time);
        return Of(name, whole, whole.Summary with { ErrorCount = 1 });
    }

    private static Snapshot Tagged(string name, string time, params string[] tags)
    {
        var plain = Made(name, time);
        return Of(name, plain, plain.Summary with { Tags = tags });
    }

    private static Snapshot Of(string name, Snapshot like, SnapshotSummary summary) =>
        new(new Oid(SHA256.HashData(Encoding.UTF8.GetBytes(name))), summary, Name(name), $"tags/{name}", like.KeyId) { StoredTime = like.StoredTime };

    private static Snapshot Made(string name, string time, double hours = 0) => Made(name, Time(time), hours);

    private static Snapshot Made(string name, DateTimeOffset time, double hours = 0)
    {
        var summary = new SnapshotSummary { Channel = "c", Time = time, Duration = TimeSpan.FromHours(hours), HostName = "host", Paths = ["/home"u8.ToArray()] };
        return new Snapshot(new Oid(SHA256.HashData(Encoding.UTF8.GetBytes(name))), summary, Name(name), $"tags/{name}", "") { StoredTime = time + TimeSpan.FromHours(hours) };
    }

    private static string Name(string name) => $"snapshots/{name}";

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse($"{text}Z", System.Globalization.CultureInfo.InvariantCulture);
}

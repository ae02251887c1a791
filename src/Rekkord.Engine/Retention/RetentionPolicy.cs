using System.Globalization;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Retention;

/// <summary>
/// Which snapshots are kept. The rules add up: a snapshot stays that any of them keeps. Each keeps the newest snapshot of so many periods
/// that have one, and a period without one costs nothing.
/// </summary>
public sealed record RetentionPolicy
{
    /// <summary>How many of the newest; zero for no such rule, as for those below.</summary>
    public int KeepLast { get; init; }

    /// <summary>For how many hours.</summary>
    public int KeepHourly { get; init; }

    /// <summary>For how many days.</summary>
    public int KeepDaily { get; init; }

    /// <summary>For how many weeks, which begin on Monday.</summary>
    public int KeepWeekly { get; init; }

    /// <summary>For how many months.</summary>
    public int KeepMonthly { get; init; }

    /// <summary>For how many years.</summary>
    public int KeepYearly { get; init; }

    /// <summary>All that are at most so much older than the newest; null for no such rule.</summary>
    public TimeSpan? KeepWithin { get; init; }

    /// <summary>The tags of which each keeps every snapshot that has it. That is no rule of its own: it does not say what becomes of the others.</summary>
    public IReadOnlyCollection<string> KeepTags { get; init; } = [];

    /// <summary>Whose days, weeks, months and years.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    /// <summary>
    /// Whether the times that snapshots claim count although the store's contradict them: for a repository that was copied without the times
    /// of its objects. Who has a keyfile that saves can then push out what that keyfile has saved.
    /// </summary>
    public bool TrustTime { get; init; }

    /// <summary>Whether it has no rule, and so would keep nothing but what has a tag.</summary>
    public bool IsEmpty => KeepWithin is null && !Rules.Any();

    /// <summary>The rules that count periods.</summary>
    internal IEnumerable<RetentionRule> Rules
    {
        get
        {
            RetentionRule[] rules =
            [
                new("last", KeepLast, static snapshot => snapshot.ObjectName),
                new("hourly", KeepHourly, snapshot => Name(snapshot, "yyyy-MM-dd HH:00 zzz")),
                new("daily", KeepDaily, snapshot => Name(snapshot, "yyyy-MM-dd")),
                new("weekly", KeepWeekly, snapshot => NameWeek(Local(snapshot).DateTime)),
                new("monthly", KeepMonthly, snapshot => Name(snapshot, "yyyy-MM")),
                new("yearly", KeepYearly, snapshot => Name(snapshot, "yyyy")),
            ];
            return rules.Where(rule => rule.Count > 0);
        }
    }

    /// <summary>The hour has its offset from UTC: when clocks are put back, one hour comes twice, and these are two.</summary>
    private string Name(Snapshot snapshot, string format) => Local(snapshot).ToString(format, CultureInfo.InvariantCulture);

    private static string NameWeek(DateTime local) => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(local):0000}-W{ISOWeek.GetWeekOfYear(local):00}");

    private DateTimeOffset Local(Snapshot snapshot) => TimeZoneInfo.ConvertTime(snapshot.EndTime, TimeZone);
}

/// <summary>Keeps the newest snapshot of each of the newest periods that have one.</summary>
/// <param name="Name">How it is called in reasons.</param>
/// <param name="Count">How many periods.</param>
/// <param name="PeriodOf">The name of the period that a snapshot belongs to.</param>
internal sealed record RetentionRule(string Name, int Count, Func<Snapshot, string> PeriodOf)
{
    /// <summary>Whether its periods are of the calendar. Otherwise each snapshot is one by itself.</summary>
    public bool IsOfCalendar => Name != "last";

    /// <summary>How a period is called in a reason.</summary>
    public string Describe(string period) => IsOfCalendar ? $" ({period})" : "";
}

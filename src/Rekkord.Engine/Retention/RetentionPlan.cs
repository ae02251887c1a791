using System.Globalization;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Retention;

/// <summary>What becomes of one snapshot, and why.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="IsKept">Whether it stays.</param>
/// <param name="Reasons">What keeps it; or for each rule why that does not.</param>
public sealed record RetentionDecision(Snapshot Snapshot, bool IsKept, IReadOnlyList<string> Reasons);

/// <summary>
/// Applies a policy. Snapshots are judged only among those of one channel, host, set of paths and signing key, and copies among those that were
/// copied from one repository and signed there by one key. So nobody can push out what another keyfile has saved. A snapshot counts for the time at which its save ended, where the store's time agrees with that.
/// </summary>
internal sealed class RetentionPlan
{
    private readonly RetentionPolicy _policy;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset _created;

    /// <summary>Prepares to apply a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="now">The time now.</param>
    /// <param name="created">When the repository was made.</param>
    public RetentionPlan(RetentionPolicy policy, DateTimeOffset now, DateTimeOffset created) => (_policy, _now, _created) = (policy, now, created);

    /// <summary>Decides about snapshots, in the order of their groups and times.</summary>
    /// <param name="snapshots">Snapshots that can be read, have a tag that says the same, and are signed by keys that count.</param>
    public IReadOnlyList<RetentionDecision> Decide(IEnumerable<Snapshot> snapshots) =>
        [.. snapshots.GroupBy(GroupOf).OrderBy(group => group.Key).SelectMany(DecideGroup)];

    /// <summary>Why nothing tells when a snapshot was made; null when that is certain enough.</summary>
    public string? FindDoubt(Snapshot snapshot) => snapshot switch
    {
        { StoredTime: null } => "nothing tells when it was stored",
        _ when snapshot.EndTime - _now > Snapshot.ClockTolerance => $"it claims {snapshot.EndTime:u}, which is still to come",
        _ when _created - snapshot.EndTime > Snapshot.ClockTolerance && !(_policy.TrustTime && snapshot.Summary.Origin is not null) => $"it claims {snapshot.EndTime:u}, when there was no repository yet",
        _ when !_policy.TrustTime && (snapshot.EndTime - snapshot.StoredTime.Value).Duration() > Snapshot.ClockTolerance => $"it claims {snapshot.EndTime:u}, and was stored {snapshot.StoredTime:u}",
        _ => null,
    };

    private static (string Channel, string Host, string Paths, string Key, string? Repository, string? Signer) GroupOf(Snapshot snapshot) => (
        snapshot.Summary.Channel, snapshot.Summary.HostName, string.Join('/', snapshot.Summary.Paths.Select(Convert.ToHexString).Order(StringComparer.Ordinal)), snapshot.KeyId, snapshot.Summary.Origin?.RepositoryId, snapshot.Summary.Origin?.Signer);

    private IEnumerable<RetentionDecision> DecideGroup(IEnumerable<Snapshot> group)
    {
        var newestFirst = group.OrderByDescending(snapshot => snapshot.EndTime.UtcTicks).ThenBy(snapshot => snapshot.ObjectName, StringComparer.Ordinal).ToArray();
        var doubts = newestFirst.Select(FindDoubt).ToArray();
        var certain = newestFirst.Where((_, i) => doubts[i] is null).ToArray();
        var kept = newestFirst.ToDictionary(snapshot => snapshot.ObjectName, _ => new List<string>(), StringComparer.Ordinal);
        var missed = newestFirst.ToDictionary(snapshot => snapshot.ObjectName, _ => new List<string>(), StringComparer.Ordinal);
        for (var i = 0; i < newestFirst.Length; i++)
        {
            if (doubts[i] is { } doubt)
                kept[newestFirst[i].ObjectName].Add($"time in doubt: {doubt}");
        }

        foreach (var snapshot in newestFirst)
            ApplyTags(snapshot, Keep, Miss);
        var whole = certain.Where(snapshot => snapshot.Summary.ErrorCount == 0).ToArray();
        var partial = certain.Where(snapshot => snapshot.Summary.ErrorCount != 0).ToArray();
        if (_policy.KeepWithin is { } span && certain.Length > 0)
            ApplyWithin(span, certain, (whole.Length > 0 ? whole : partial)[0].EndTime, Keep, Miss);
        foreach (var rule in _policy.Rules)
        {
            var oldest = Apply(rule, "", whole, [], Keep, Miss);
            ApplyToPartial(rule, partial, whole, oldest, Keep, Miss);
        }

        return newestFirst.Reverse().Select(snapshot => kept[snapshot.ObjectName] is { Count: > 0 } reasons
            ? new RetentionDecision(snapshot, true, reasons)
            : new RetentionDecision(snapshot, false, missed[snapshot.ObjectName]));

        void Keep(Snapshot snapshot, string reason) => kept[snapshot.ObjectName].Add(reason);

        void Miss(Snapshot snapshot, string reason) => missed[snapshot.ObjectName].Add(reason);
    }

    /// <summary>A tag keeps its snapshots whatever their times say: it counts nothing, so nobody can push anything out by it.</summary>
    private void ApplyTags(Snapshot snapshot, Action<Snapshot, string> keep, Action<Snapshot, string> miss)
    {
        string[] found = [.. snapshot.Summary.Tags.Where(_policy.KeepTags.Contains)];
        foreach (var tag in found)
            keep(snapshot, $"tag {tag}");
        if (found.Length == 0 && _policy.KeepTags.Count > 0)
            miss(snapshot, "no tag that is kept");
    }

    private static void ApplyWithin(TimeSpan span, Snapshot[] snapshots, DateTimeOffset newest, Action<Snapshot, string> keep, Action<Snapshot, string> miss)
    {
        var length = span.Ticks % TimeSpan.TicksPerDay == 0 ? string.Create(CultureInfo.InvariantCulture, $"{span.Days}d") : ConfigDuration.Format(span);
        foreach (var snapshot in snapshots)
        {
            if (newest - snapshot.EndTime <= span)
                keep(snapshot, $"within {length}");
            else
                miss(snapshot, $"older than {length}");
        }
    }

    /// <summary>
    /// Keeps the newest of each period. While there are fewer periods than the rule has, the oldest snapshot stays too, so that what is the
    /// oldest of a year one day is not gone by then.
    /// </summary>
    /// <returns>The oldest that filled the last period; null when the rule has room left.</returns>
    private static Snapshot? Apply(RetentionRule rule, string prefix, Snapshot[] newestFirst, HashSet<string> taken, Action<Snapshot, string> keep, Action<Snapshot, string> miss)
    {
        var periods = new HashSet<string>(taken, StringComparer.Ordinal);
        var count = 0;
        Snapshot? last = null;
        foreach (var snapshot in newestFirst)
        {
            var period = rule.PeriodOf(snapshot);
            if (periods.Contains(period))
                miss(snapshot, $"{prefix}{rule.Name}: {period} has a {(taken.Contains(period) ? "whole" : "newer")} one");
            else if (count == rule.Count)
                miss(snapshot, $"{prefix}{rule.Name}: older than the {rule.Count} kept");
            else if (periods.Add(period))
                keep(last = snapshot, $"{prefix}{rule.Name} {++count} of {rule.Count}{rule.Describe(period)}");
        }

        if (count < rule.Count && rule.IsOfCalendar && taken.Count == 0 && newestFirst.LastOrDefault() is { } oldest && oldest != last)
            keep(oldest, $"{prefix}{rule.Name} {count + 1} of {rule.Count}, the oldest");
        return count == rule.Count ? last : null;
    }

    /// <summary>
    /// Partial snapshots take no place of a whole one. They count among themselves, stay only where a period has no whole one, and go
    /// once the rule is filled with whole ones that are newer.
    /// </summary>
    private static void ApplyToPartial(RetentionRule rule, Snapshot[] partial, Snapshot[] whole, Snapshot? oldest, Action<Snapshot, string> keep, Action<Snapshot, string> miss)
    {
        var taken = whole.Select(rule.PeriodOf).ToHashSet(StringComparer.Ordinal);
        foreach (var snapshot in partial.Where(snapshot => IsOutdated(snapshot)))
            miss(snapshot, $"partial, {rule.Name}: older than the {rule.Count} whole ones kept");
        Apply(rule, "partial, ", [.. partial.Where(snapshot => !IsOutdated(snapshot))], taken, keep, miss);

        bool IsOutdated(Snapshot snapshot) => oldest is not null && snapshot.EndTime < oldest.EndTime;
    }
}

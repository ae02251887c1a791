using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// Tells which snapshot of a channel is the newest. The time in a snapshot is what its machine's clock said, which may have been wrong,
/// or what a thief wrote. So it is compared with the time now, and with the times at which the store got the objects.
/// </summary>
internal static class NewestSnapshot
{
    /// <summary>Finds the newest.</summary>
    /// <param name="snapshots">The snapshots of one channel whose signatures count; at least one.</param>
    /// <param name="now">The time now.</param>
    /// <param name="warn">Is told when there is a doubt about its time, or when one that claims to be newer is passed over.</param>
    /// <exception cref="RekkordException">The times contradict each other (<c>SnapshotAmbiguous</c>).</exception>
    public static Snapshot Find(IReadOnlyList<Snapshot> snapshots, DateTimeOffset now, Action<string> warn)
    {
        var ahead = snapshots.Where(snapshot => snapshot.IsAhead(now)).ToArray();
        var steady = snapshots.Where(snapshot => !snapshot.IsAhead(now)).ToArray();
        if (steady.Length == 0)
            return Warned(FindByClaim(ahead), now, warn);
        var newest = FindByClaim(steady);
        if (ahead.Length == 0)
            return Warned(newest, now, warn);

        // Made before or after the newest of the others? Only the store's times tell, where they are those of the saves.
        var last = ahead.MaxBy(snapshot => snapshot.StoredTime)!;
        if (ahead.Any(snapshot => snapshot.StoredTime is not { } stored || stored - now > Snapshot.ClockTolerance) || !IsStoredWhenClaimed(newest))
            throw Ambiguous(last, newest, $"the {Describe(last)} claims a time in the future, and nothing tells whether it was made before or after the {Describe(newest)}");
        if (last.StoredTime > newest.StoredTime)
            return Warned(last, now, warn);
        foreach (var snapshot in ahead)
            warn($"The {Describe(snapshot)} claims a time in the future, and was stored before the {Describe(newest)}. It is not used. To use it, write 'id:{Short(snapshot)}'. The clock of '{snapshot.Summary.HostName}' was wrong, or somebody wrote that on purpose.");
        return newest;
    }

    /// <summary>
    /// The one that claims to be the newest, unless one that was stored later contradicts that. A copy does not: it is stored long after it
    /// was made. Who claims falsely that his snapshot is one only keeps it from raising a doubt.
    /// </summary>
    private static Snapshot FindByClaim(IReadOnlyList<Snapshot> snapshots)
    {
        var newest = snapshots.MaxBy(snapshot => snapshot.Summary.Time)!;
        var rival = snapshots.Where(snapshot => snapshot.Summary.Origin is null && Contradicts(snapshot, newest)).MaxBy(snapshot => snapshot.StoredTime);
        return rival is null
            ? newest
            : throw Ambiguous(newest, rival, $"the {Describe(newest)} claims to be newer than the {Describe(rival)}, but was stored before it");
    }

    /// <summary>
    /// Whether a snapshot was stored after another and claims to be older, by more than clocks differ. Where even the other was stored
    /// long after it was made, the repository is a copy, and the times of its files say nothing.
    /// </summary>
    private static bool Contradicts(Snapshot snapshot, Snapshot newest) =>
        snapshot.StoredTime > newest.StoredTime && snapshot.EndTime < newest.EndTime
        && Lead(newest) > -Snapshot.ClockTolerance && Lead(newest) - Lead(snapshot) > Snapshot.ClockTolerance;

    private static bool IsStoredWhenClaimed(Snapshot snapshot) => Lead(snapshot)?.Duration() <= Snapshot.ClockTolerance;

    /// <summary>How much later a snapshot claims to have been made than it was stored.</summary>
    private static TimeSpan? Lead(Snapshot snapshot) => snapshot.EndTime - snapshot.StoredTime;

    private static Snapshot Warned(Snapshot newest, DateTimeOffset now, Action<string> warn)
    {
        if (newest.IsAhead(now))
            warn($"The {Describe(newest)} is the newest of its channel and claims a time in the future. The clock of '{newest.Summary.HostName}' was wrong, or this machine's is.");
        else if (newest.HasImpossibleTime(now))
            warn($"The {Describe(newest)} is the newest of its channel and claims a later time than that at which it was stored. The clock of '{newest.Summary.HostName}' or that of the storage was wrong.");
        return newest;
    }

    private static RekkordException Ambiguous(Snapshot one, Snapshot other, string why) => new(
        "SnapshotAmbiguous",
        RekkordErrorKind.InvalidArgument,
        $"It is not clear which snapshot of channel '{one.Summary.Channel}' is the newest: {why}. A clock was wrong, or the repository was copied without the times of its files. Give the one that you mean: 'id:{Short(one)}' or 'id:{Short(other)}'.",
        one.Summary.Channel);

    private static string Describe(Snapshot snapshot) =>
        $"snapshot {Short(snapshot)} ({snapshot.Summary.Time:u}{(snapshot.StoredTime is { } stored ? $", stored {stored:u}" : "")})";

    private static string Short(Snapshot snapshot) => snapshot.Id.ToString()[..12];
}

using System.Collections.Concurrent;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Retention;

/// <summary>
/// Removes the snapshots that a policy does not keep. What cannot be read, has no tag, or is signed by a revoked key neither counts nor
/// goes: somebody has to look at it first.
/// </summary>
public sealed class RetentionOperation
{
    private readonly RepositoryAccess _repository;
    private readonly RetentionPolicy _policy;
    private readonly Func<string, bool> _includes;
    private readonly Action<RekkordException> _failed;
    private readonly Action<string> _warn;
    private readonly SnapshotRecords _records;
    private readonly StepProgress _progress = new();

    /// <summary>Prepares it.</summary>
    /// <param name="repository">The repository, opened with a key that can remove.</param>
    /// <param name="policy">What is kept.</param>
    /// <param name="includes">Whether a channel is meant. What is in others stays, and is not in the plan.</param>
    /// <param name="failed">Is told of what cannot be read.</param>
    /// <param name="warn">Is told of what keeps the policy from having its effect.</param>
    /// <exception cref="RekkordException">The policy has no rule (<c>RetentionNotGiven</c>).</exception>
    public RetentionOperation(RepositoryAccess repository, RetentionPolicy policy, Func<string, bool> includes, Action<RekkordException> failed, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(policy);
        RequireRule(policy);
        _repository = repository;
        _policy = policy;
        _includes = includes;
        _failed = failed;
        _warn = warn;
        _records = new SnapshotRecords(repository);
    }

    /// <summary>How far it is; null before it has begun. Any thread may ask.</summary>
    public StepCount? Progress => _progress.Current;

    /// <summary>Checks that a policy keeps anything, whatever tags there are.</summary>
    /// <exception cref="RekkordException">It does not (<c>RetentionNotGiven</c>).</exception>
    public static void RequireRule(RetentionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.IsEmpty)
        {
            throw new RekkordException(
                "RetentionNotGiven",
                RekkordErrorKind.InvalidArgument,
                (policy.KeepTags.Count > 0 ? "KeepTag keeps what has a tag, and no rule says what is kept of all the rest. " : "No rule says what is kept, so nothing would be left. ")
                + "Give one, such as -KeepDaily 7, or set it in the [Retention] section of the configuration. Remove-RekkordSnapshot removes all of a channel.");
        }
    }

    /// <summary>Decides what becomes of each snapshot. Changes nothing.</summary>
    /// <exception cref="RekkordException">
    /// The key may not remove (<c>KeyRoleInsufficient</c>) or was revoked (<c>KeyRevoked</c>), it is not known what is removed already
    /// (<c>RemovalsUnknown</c>), or the store failed.
    /// </exception>
    public IReadOnlyList<RetentionDecision> Plan(CancellationToken cancellation)
    {
        _repository.RequireRemoving(cancellation);
        _progress.Begin("Listing snapshots", "snapshots");
        var (all, errors, removals) = new SnapshotStore(_repository).ListAll(cancellation);
        foreach (var error in errors)
            _failed(error);
        if (removals.Unread is [var unread, ..])
        {
            throw new RekkordException(
                "RemovalsUnknown",
                unread.Kind,
                $"Nothing was removed, because it is not known which snapshots are removed already: {unread.Message} Try again; if it is damaged, run Invoke-RekkordScan -Repair first.",
                unread.Target,
                unread);
        }

        var judged = Judge([.. all.Where(snapshot => snapshot.Removal is null && _includes(snapshot.Summary.Channel))], cancellation);
        var plan = new RetentionPlan(_policy, DateTimeOffset.UtcNow, _repository.CreatedTime);
        Snapshot[] sound = [.. judged.Where(one => one.Obstacle is null).Select(one => one.Snapshot).DistinctBy(snapshot => snapshot.ObjectName)];
        if (sound.Count(snapshot => plan.FindDoubt(snapshot) is not null) is var doubtful and > 0)
            _warn($"{doubtful} snapshot(s) are kept and count for nothing, because their times cannot be right or the storage's contradict them. A clock was wrong, somebody wrote that on purpose, they are copies of Copy-RekkordSnapshot, or the repository was copied without the times of its files. Remove-RekkordSnapshot removes single ones; -TrustTime believes what they claim.");
        return [.. judged.Where(one => one.Obstacle is not null).Select(one => new RetentionDecision(one.Snapshot, true, [one.Obstacle!])), .. plan.Decide(sound)];
    }

    /// <summary>Removes what a plan does not keep.</summary>
    /// <returns>Those that are removed now.</returns>
    /// <exception cref="RekkordException">As for <see cref="RemovalOperation.Remove"/>.</exception>
    public IReadOnlyList<Snapshot> Apply(IReadOnlyList<RetentionDecision> plan, CancellationToken cancellation)
    {
        _progress.Begin("Removing snapshots", "snapshots");
        return new RemovalOperation(_repository, _failed).Remove([.. plan.Where(decision => !decision.IsKept).Select(decision => decision.Snapshot)], force: false, cancellation);
    }

    /// <summary>Reads the snapshots themselves, and says of each why it does not count, if it does not.</summary>
    private (Snapshot Snapshot, string? Obstacle)[] Judge(Snapshot[] snapshots, CancellationToken cancellation)
    {
        _progress.Begin("Reading snapshots", "snapshots", snapshots.Length);
        var judged = new (Snapshot, string?)[snapshots.Length];
        var failed = new ConcurrentQueue<RekkordException>();
        var next = -1;
        using var threads = new WorkerThreads("judge", cancellation);
        threads.Run(Enumerable.Repeat(JudgeSome, Math.Max(1, Math.Min(snapshots.Length, Math.Max(Environment.ProcessorCount, _repository.Store.Capabilities.Connections)))));
        foreach (var error in failed)
            _failed(error);
        return judged;

        void JudgeSome()
        {
            for (var i = Interlocked.Increment(ref next); i < snapshots.Length; i = Interlocked.Increment(ref next))
            {
                threads.Cancellation.ThrowIfCancellationRequested();
                judged[i] = Judge(snapshots[i], failed, threads.Cancellation);
                _progress.Advance();
            }
        }
    }

    private (Snapshot Snapshot, string? Obstacle) Judge(Snapshot listed, ConcurrentQueue<RekkordException> failed, CancellationToken cancellation)
    {
        try
        {
            // Whoever made its tag, the group is that of the keyfile that signed the snapshot.
            var (record, _) = _records.Read(listed.ObjectName, cancellation);
            var snapshot = listed with { KeyId = record.KeyId };
            if (listed.SignerStatus != SignerStatus.Trusted || record.SignerStatus != SignerStatus.Trusted)
                return (snapshot with { SignerStatus = SignerStatus.Revoked }, "signed by a revoked key");
            if (listed.TagName.Length == 0)
                return (snapshot, "it has no tag");
            if (!record.Describes(listed))
                throw new DamagedObjectException(listed.TagName, $"it contradicts its snapshot {record.Id}.");
            return (snapshot, null);
        }
        catch (RekkordException error)
        {
            failed.Enqueue(error);
            return (listed, "it cannot be read, or its tag says something else");
        }
    }
}

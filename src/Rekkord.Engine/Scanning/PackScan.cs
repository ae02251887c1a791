using System.Diagnostics;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Scanning;

/// <summary>Verifies the packs of a repository, several at a time, and finds out which blobs are damaged.</summary>
internal sealed class PackScan
{
    private const string Advice = "Put back a good copy of the file if there is one. Otherwise run the scan with -Repair, then save again what still exists.";

    private readonly RepositoryAccess _repository;
    private readonly ScanRequest _request;
    private readonly ProblemList _problems;
    private readonly ScanState _state;
    private long _readSize;
    private int _verified;
    private int _skipped;

    public PackScan(RepositoryAccess repository, ScanRequest request, ProblemList problems, ScanState state)
    {
        _repository = repository;
        _request = request;
        _problems = problems;
        _state = state;
    }

    /// <summary>Blobs that do not come out as they were saved, with the problem of their pack, and how many of their copies are such.</summary>
    public Dictionary<Oid, (RepositoryProblem Problem, int Copies)> DamagedBlobs { get; } = [];

    public long ReadSize => Interlocked.Read(ref _readSize);

    public long TotalSize { get; private set; }

    public int VerifiedPacks => _verified;

    public int SkippedPacks => _skipped;

    public bool OutOfTime { get; private set; }

    /// <summary>Verifies the packs, those that were verified longest ago first.</summary>
    public void Run(IReadOnlyList<StoredPack> packs, CancellationToken cancellation)
    {
        var now = DateTimeOffset.UtcNow;
        var due = packs
            .Select(pack => (Pack: pack, Last: _state.LastVerified(pack.Name, _request.Full)))
            .Where(item => _request.MaximumAge is not { } age || item.Last is not { } last || now - last > age || last > now
                || !IsSame(item.Pack.Name, cancellation))
            .OrderBy(item => item.Last ?? DateTimeOffset.MinValue)
            .Select(item => item.Pack)
            .ToArray();
        _skipped = packs.Count - due.Length;
        TotalSize = due.Sum(pack => pack.Size);

        var watch = Stopwatch.StartNew();
        var next = -1;
        using var threads = new WorkerThreads("scan", cancellation);
        threads.Run(Enumerable.Repeat(Work, Math.Min(CountWorkers(), due.Length)));

        void Work()
        {
            using var verifier = new PackVerifier(_repository);
            while (Interlocked.Increment(ref next) is var number && number < due.Length)
            {
                threads.Cancellation.ThrowIfCancellationRequested();
                if (_request.TimeLimit is { } limit && watch.Elapsed >= limit)
                {
                    OutOfTime = true;
                    Interlocked.Increment(ref _skipped);
                }
                else
                {
                    Verify(verifier, due[number], now, threads.Cancellation);
                }
            }
        }
    }

    /// <summary>A store on another machine is read on all its connections: a thread mostly waits for the line.</summary>
    private int CountWorkers()
    {
        var store = _repository.Store.Capabilities;
        return Math.Max(WorkerThreads.CountFor(_request.Threads), store.IsDistant ? store.Connections : 1);
    }

    private void Verify(PackVerifier verifier, StoredPack pack, DateTimeOffset now, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _verified);
        var damaged = new List<Oid>();
        Hash128? identity;
        string? wrong;
        try
        {
            identity = Identify(pack.Name, cancellation);
            wrong = verifier.Verify(pack, _request.Full, damaged.Add, Count, cancellation);

            // Knowing that some byte is wrong is not enough: open everything in it to learn what is lost and what is not.
            if (wrong is not null && !_request.Full)
                wrong = verifier.Verify(pack, openSegments: true, damaged.Add, Ignore, cancellation);

            // Of one that was replaced while it was read, nothing is known.
            if (identity != Identify(pack.Name, cancellation))
                identity = null;
        }
        catch (RekkordException error)
        {
            _state.Remove(pack.Name);
            damaged.Clear();
            verifier.FindLost(pack, damaged.Add, cancellation);
            Mark(damaged, _problems.Add(ProblemKind.PackDamaged, pack.Name, error, $"{Consequence(damaged)} {Advice}"));
            return;
        }

        if (wrong is null)
        {
            _state.SetVerified(pack.Name, _request.Full, now, identity);
            return;
        }

        _state.Remove(pack.Name);
        Mark(damaged, _problems.Add(ProblemKind.PackDamaged, pack.Name, $"The pack '{pack.Name}' is damaged: {wrong} {Consequence(damaged)} {Advice}"));
    }

    /// <summary>Whether a pack is the one that was verified. If the store cannot tell now, the pack is read, and what is wrong with it is found.</summary>
    private bool IsSame(string pack, CancellationToken cancellation)
    {
        try
        {
            return _state.IsSame(pack, Identify(pack, cancellation));
        }
        catch (StorageException)
        {
            return false;
        }
    }

    /// <summary>What tells a pack from its copies; null when the store cannot tell.</summary>
    private Hash128? Identify(string pack, CancellationToken cancellation) => _repository.Store.Find(pack, cancellation)?.Identity;

    private static string Consequence(List<Oid> damaged) =>
        damaged.Count > 0 ? $"{damaged.Count} blobs in it cannot be read." : "All blobs in it can still be read.";

    private void Mark(List<Oid> damaged, RepositoryProblem problem)
    {
        lock (DamagedBlobs)
        {
            foreach (var oid in damaged)
                DamagedBlobs[oid] = (problem, DamagedBlobs.GetValueOrDefault(oid).Copies + 1);
        }
    }

    private void Count(int length) => Interlocked.Add(ref _readSize, length);

    private static void Ignore(int length)
    {
        // A second look at a damaged pack is not progress.
    }
}

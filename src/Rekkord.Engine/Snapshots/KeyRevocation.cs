using System.Text;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// Revokes a keyfile: what it signs from now on no longer counts. A snapshot's own time is what its signer wrote. So what stays good is not
/// what claims to be older, but a list of what exists now.
/// </summary>
public sealed class KeyRevocation
{
    private const string DistrustedAll = " The list of the key's snapshots that stay good is lost with it, so none of them counts any longer. Each can be restored by its ID.";

    private readonly RepositoryAccess _repository;
    private readonly SnapshotStore _snapshots;
    private readonly Action<string> _warn;

    /// <summary>Prepares a revocation.</summary>
    /// <param name="repository">The repository, opened with the master key.</param>
    /// <param name="warn">Is told what could not be read, and so cannot be on the list.</param>
    public KeyRevocation(RepositoryAccess repository, Action<string> warn)
    {
        _repository = repository;
        _snapshots = new SnapshotStore(repository);
        _warn = warn;
    }

    /// <summary>Checks a key's ID.</summary>
    /// <exception cref="RekkordException">It is none (<c>KeyIdInvalid</c>).</exception>
    public static byte[] ParseId(string keyId)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        return keyId.Length == KeyMaterial.IdLength * 2 && keyId.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(keyId)
            : throw new RekkordException(
                "KeyIdInvalid",
                RekkordErrorKind.InvalidArgument,
                $"'{keyId}' is not a key's ID, which has 32 hex digits. New-RekkordKey shows it as Id, Get-RekkordSnapshot as KeyId.",
                keyId);
    }

    /// <summary>Checks a reason.</summary>
    /// <exception cref="RekkordException">It is too long (<c>ReasonInvalid</c>).</exception>
    public static void ValidateReason(string reason)
    {
        if (Encoding.UTF8.GetByteCount(reason) > RevocationCodec.MaximumReasonLength)
            throw new RekkordException("ReasonInvalid", RekkordErrorKind.InvalidArgument, $"A reason has at most {RevocationCodec.MaximumReasonLength} bytes of UTF-8. Give a shorter one with -Reason.");
    }

    /// <summary>Writes the revocation.</summary>
    /// <param name="keyId">The key's ID.</param>
    /// <param name="distrustExisting">
    /// Whether nothing that it has signed stays good; null for what is safe: false, unless a damaged revocation is made again, whose list
    /// of what stayed good is lost. What the key has signed since would be good otherwise.
    /// </param>
    /// <param name="reason">Why; may be empty.</param>
    /// <param name="cancellation">Ends the call. What is written last is the revocation: it may exist then.</param>
    /// <exception cref="RekkordException">
    /// This is not the master key (<c>KeyRoleInsufficient</c>), or the one to revoke is (<c>KeyNotRevocable</c>); the key is revoked
    /// already (<c>KeyAlreadyRevoked</c>); or the store failed.
    /// </exception>
    public Revocation Run(byte[] keyId, bool? distrustExisting, string reason, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        ValidateReason(reason);
        _ = _repository.Keys.Seed;
        var hex = Convert.ToHexStringLower(keyId);
        if (keyId.AsSpan().SequenceEqual(_repository.Keys.KeyId))
        {
            throw new RekkordException(
                "KeyNotRevocable",
                RekkordErrorKind.InvalidArgument,
                "The master key cannot be revoked: whoever has it can make any other. If somebody else has it, make a new repository.",
                hex);
        }

        var name = ObjectName.ForRevocation(keyId);
        var damaged = FindDamaged(keyId, cancellation);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var signed = FindSigned(hex, seen, cancellation);
        if (signed.Snapshots.Count == 0)
            _warn($"No snapshot in the repository is signed by the key {hex}. Check that this is the one you mean.");
        if (distrustExisting ?? damaged is not null)
            signed = new Signed();
        var revocation = new Revocation(hex, DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()), reason, signed.Snapshots) { Tags = signed.Tags, Removals = signed.Removals };
        cancellation.ThrowIfCancellationRequested();
        var bytes = RevocationCodec.Encode(revocation, _repository.Keys, _repository.Descriptor);
        if (damaged is not null)
        {
            var keep = damaged.ErrorId != StorageException.TooLargeId;
            _warn($"{damaged.Message} It is {(keep ? "put aside and " : "")}made again.{(distrustExisting is null ? DistrustedAll : "")}");
            Replace(name, bytes, keep, cancellation);
        }
        else if (!_repository.Store.Put(name, bytes, cancellation))
        {
            throw AlreadyRevoked(hex, null);
        }

        WarnOfLateOnes(hex, seen, cancellation);
        _repository.RequireInPlace(cancellation);
        return revocation;
    }

    /// <summary>
    /// Tells of what the key signed between the look at the snapshots and the revocation: it is not on the list, and its save may have
    /// ended before it could see the revocation.
    /// </summary>
    private void WarnOfLateOnes(string keyId, HashSet<string> seen, CancellationToken cancellation)
    {
        try
        {
            var late = FindSigned(keyId, seen, cancellation);
            if (late.Snapshots.Count + late.Tags.Count > 0)
                _warn($"{Math.Max(late.Snapshots.Count, late.Tags.Count)} snapshot(s) that the key {keyId} signed came while it was being revoked, and do not count. Save the same paths again with another keyfile.");
        }
        catch (RekkordException error)
        {
            _warn($"The key {keyId} is revoked. It is not known whether it signed snapshots meanwhile, which do not count: {error.Message}");
        }
    }

    /// <summary>
    /// Puts a sound revocation in the place of a damaged one, of which a copy is kept, unless it is larger than anything worth keeping. It is
    /// one step: were the name free for a moment, a process that ends in it would leave the key as if it had never been revoked.
    /// </summary>
    private void Replace(string name, byte[] bytes, bool keep, CancellationToken cancellation)
    {
        if (keep)
            _repository.Store.Put(ObjectName.InQuarantine(name), _repository.Store.Read(name, FormatLimits.Record, cancellation), cancellation);
        _repository.Store.Replace(name, bytes, cancellation);
    }

    /// <summary>What is wrong with the revocation that there is, which a sound one may replace; null when there is none.</summary>
    /// <exception cref="RekkordException">It is sound (<c>KeyAlreadyRevoked</c>).</exception>
    private RekkordException? FindDamaged(byte[] keyId, CancellationToken cancellation)
    {
        try
        {
            return ReadTwice(() => RevocationList.Find(_repository, keyId, cancellation)) is { } existing ? throw AlreadyRevoked(existing.KeyId, existing.Time) : null;
        }
        catch (RekkordException error) when (error is DamagedObjectException or StorageException { ErrorId: StorageException.TooLargeId })
        {
            return error;
        }
    }

    /// <summary>Finds what a key has signed, among what was not seen before.</summary>
    private Signed FindSigned(string keyId, HashSet<string> seen, CancellationToken cancellation)
    {
        var signed = new Signed();
        ForEach(ObjectName.Snapshots, name =>
        {
            var (snapshot, _) = ReadTwice(() => _snapshots.Records.Read(name, cancellation));
            if (snapshot.KeyId == keyId)
                signed.Snapshots.Add(snapshot.Id);
        });
        ForEach(ObjectName.Tags, name =>
        {
            if (ReadTwice(() => _snapshots.Records.ReadTag(name, cancellation)).KeyId == keyId)
                signed.Tags.Add(new Oid(ObjectName.TryGetHash(name)));
        });
        ForEach(ObjectName.Removals, name =>
        {
            if (ReadTwice(() => _snapshots.Records.ReadRemoval(name, cancellation)).KeyId == keyId)
                signed.Removals.Add(new Oid(ObjectName.TryGetHash(name)));
        });
        return signed;

        void ForEach(string folder, Action<string> read)
        {
            foreach (var found in _repository.List(folder, cancellation).Where(found => seen.Add(found.Name)))
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    read(found.Name);
                }
                catch (RekkordException error) when (error.MeansLoss)
                {
                    _warn($"{error.Message} If the key signed it, it will not count.");
                }
            }
        }
    }

    /// <summary>Reads what looks damaged once more: a revocation is never changed, and one misread must not cost a good snapshot for ever.</summary>
    private static T ReadTwice<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (RekkordException error) when (error.MeansLoss)
        {
            return read();
        }
    }

    private static RekkordException AlreadyRevoked(string keyId, DateTimeOffset? time) => new(
        "KeyAlreadyRevoked",
        RekkordErrorKind.AlreadyExists,
        $"The key {keyId} is already revoked{(time is { } when ? $", on {when:u}" : "")}. A revocation is never changed.",
        keyId);

    /// <summary>What a key has signed: the IDs of snapshots, and the hashes in the names of tags and removals.</summary>
    private sealed class Signed
    {
        public HashSet<Oid> Snapshots { get; } = [];

        public HashSet<Oid> Tags { get; } = [];

        public HashSet<Oid> Removals { get; } = [];
    }
}

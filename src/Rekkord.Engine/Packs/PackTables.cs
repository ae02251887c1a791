using System.Buffers.Binary;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Packs;

/// <summary>
/// The tables of contents of a repository's packs, each read at most once. What an index says of a pack is compared with it by a digest.
/// Not thread-safe.
/// </summary>
internal sealed class PackTables
{
    private readonly long _seed;
    private readonly Dictionary<string, Answer> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _whole = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<StoredPack>> _underWay = new(StringComparer.Ordinal);
    private readonly RepositoryAccess _repository;

    /// <summary>Begins without any.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="seed">What nobody else knows, and digests depend on.</param>
    public PackTables(RepositoryAccess repository, long seed)
    {
        _repository = repository;
        _seed = seed;
    }

    /// <summary>The digest of what is said of a pack.</summary>
    public Hash128 DigestOf(StoredPack pack) => DigestOf(pack, _seed);

    /// <summary>
    /// The digest of what is said of a pack: its name, size, sealed key and table of contents. It is of 128 bits under a seed that nobody else knows, which is enough
    /// to tell two apart, at the speed of memory.
    /// </summary>
    public static Hash128 DigestOf(StoredPack pack, long seed)
    {
        Span<byte> head = stackalloc byte[Oid.Length + sizeof(long) + PackFormat.SealedKeyLength];
        pack.Hash.CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head[Oid.Length..], pack.Size);
        pack.SealedKey.Span.CopyTo(head[(Oid.Length + sizeof(long))..]);
        var (high, low) = Hash128.Compute(head, seed);
        return Hash128.Compute(pack.Contents.Span, (long)(high ^ low));
    }

    /// <summary>Whether a pack was read before; its digest then, or null when it could not be read.</summary>
    public bool IsKnown(string name, out Hash128? digest)
    {
        var isKnown = _answers.TryGetValue(name, out var answer);
        digest = answer?.Digest;
        return isKnown;
    }

    /// <summary>Goes through things that packs belong to. Where the store is far away, the tables of contents of the next packs are on their way meanwhile.</summary>
    /// <param name="things">The things.</param>
    /// <param name="packOf">The pack whose table will be read; null for none.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public IEnumerable<T> Ahead<T>(IReadOnlyList<T> things, Func<T, ObjectInfo?> packOf, CancellationToken cancellation)
    {
        var atOnce = _repository.Store.Capabilities is { IsDistant: true, Connections: var connections } ? connections : 0;
        try
        {
            for (var (next, begun) = (0, 0); next < things.Count; next++)
            {
                for (; begun < Math.Min(things.Count, next + atOnce); begun++)
                {
                    if (packOf(things[begun]) is { } found && !_answers.ContainsKey(found.Name) && !_underWay.ContainsKey(found.Name))
                        _underWay.Add(found.Name, Task.Run(() => Read(_repository, found, cancellation), CancellationToken.None));
                }

                yield return things[next];
            }
        }
        finally
        {
            // The store may be closed after this: nothing may be under way then.
            Task.WhenAll(_underWay.Values.Select(reading => (Task)reading)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            _underWay.Clear();
        }
    }

    /// <summary>Reads a pack's own table of contents and validates it.</summary>
    /// <param name="found">The pack as it is listed.</param>
    /// <param name="failed">Told why it cannot be read.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>Null when it cannot be read.</returns>
    public StoredPack? Read(ObjectInfo found, Action<RekkordException> failed, CancellationToken cancellation)
    {
        _answers[found.Name] = new Answer(null);
        try
        {
            var pack = _underWay.Remove(found.Name, out var reading) ? reading.GetAwaiter().GetResult() : Read(_repository, found, cancellation);
            _answers[found.Name] = new Answer(DigestOf(pack));
            return pack;
        }
        catch (RekkordException error)
        {
            failed(error);
            return null;
        }
    }

    /// <summary>
    /// Whether a pack has the bytes that its name was made from, and so the table of contents that its writer gave it: another pack may lie in its
    /// place. Reads all of it, once.
    /// </summary>
    public bool IsWhole(string name, CancellationToken cancellation) =>
        _whole.TryGetValue(name, out var known) ? known : _whole[name] = HasItsName(_repository, name, cancellation);

    /// <summary>Whether a pack has the bytes that its name was made from; one that cannot be read has not.</summary>
    public static bool HasItsName(RepositoryAccess repository, string name, CancellationToken cancellation)
    {
        try
        {
            return repository.Store.Hash(name, cancellation).AsSpan().SequenceEqual(ObjectName.TryGetHash(name));
        }
        catch (StorageException)
        {
            return false;
        }
    }

    /// <summary>Reads a pack's own table of contents and validates it.</summary>
    /// <exception cref="DamagedObjectException">The pack is damaged.</exception>
    /// <exception cref="StorageException">Reading failed.</exception>
    public static StoredPack Read(RepositoryAccess repository, ObjectInfo found, CancellationToken cancellation)
    {
        var (contents, sealedKey) = PackFormat.ReadEnd(repository.Store, repository.Keys, found.Name, found.Size, cancellation);
        var pack = new StoredPack(ObjectName.TryGetHash(found.Name)!, found.Size, sealedKey, contents);
        try
        {
            TableOfContentsReader.Validate(pack);
            return pack;
        }
        catch (InvalidDataException error)
        {
            throw new DamagedObjectException(found.Name, $"what it says about itself is wrong: {error.Message}", error);
        }
    }

    /// <summary>The digest of what a pack says; null when it could not be read.</summary>
    private sealed record Answer(Hash128? Digest);
}

using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// Public keys that were imported, kept to be used again: to import one costs more than to check a signature with it, and a repository has few.
/// They are kept in a fixed number of places. Thread-safe: a key is lent to one thread at a time, since the platform promises no more.
/// </summary>
/// <typeparam name="T">What the keys are for.</typeparam>
internal sealed class PublicKeys<T>(Func<ECParameters, T> import)
    where T : ECAlgorithm
{
    // As many for a key as threads may want it at once; a power of two for a point's last byte to choose from.
    private const int Ways = 4;

    private readonly Kept?[] _places = new Kept?[16 * Ways];

    /// <summary>Lends a key, which goes back when the loan is disposed of.</summary>
    /// <param name="point">The key, an uncompressed point.</param>
    /// <exception cref="CryptographicException">The bytes are not a point of the curve.</exception>
    public Loan Borrow(ReadOnlySpan<byte> point)
    {
        if (point.Length == P256.PublicKeyLength)
        {
            foreach (ref var place in PlacesOf(point))
            {
                if (place is { } seen && point.SequenceEqual(seen.Point) && Interlocked.CompareExchange(ref place, null, seen) == seen)
                    return new Loan(this, seen);
            }
        }

        return new Loan(this, new Kept(point.ToArray(), import(P256.ParsePublicKey(point))));
    }

    private void TakeBack(Kept key)
    {
        var places = PlacesOf(key.Point);
        foreach (ref var place in places)
        {
            if (Interlocked.CompareExchange(ref place, key, null) is null)
                return;
        }

        Interlocked.Exchange(ref places[0], key)?.Key.Dispose();
    }

    private Span<Kept?> PlacesOf(ReadOnlySpan<byte> point) => _places.AsSpan(point[^1] % (_places.Length / Ways) * Ways, Ways);

    /// <summary>A key that is in use.</summary>
    public readonly struct Loan(PublicKeys<T> owner, Kept kept) : IDisposable
    {
        /// <summary>The key. Not to be disposed of.</summary>
        public T Key => kept.Key;

        public void Dispose() => owner.TakeBack(kept);
    }

    /// <summary>An imported key.</summary>
    /// <param name="Point">What it was imported from.</param>
    /// <param name="Key">The key.</param>
    internal sealed record Kept(byte[] Point, T Key);
}

/// <summary>The public keys of this process.</summary>
internal static class PublicKeys
{
    /// <summary>Keys to check signatures with.</summary>
    public static PublicKeys<ECDsa> Signing { get; } = new(ECDsa.Create);

    /// <summary>Keys to agree on secrets with.</summary>
    public static PublicKeys<ECDiffieHellman> Agreement { get; } = new(ECDiffieHellman.Create);
}

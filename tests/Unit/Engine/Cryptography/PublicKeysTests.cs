using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>Public keys that are kept imported: the right one is lent, to one at a time, whatever was lent before.</summary>
public sealed class PublicKeysTests
{
    private static readonly byte[] Data = "data"u8.ToArray();

    [Fact]
    public void A_key_is_lent_again_but_never_twice_at_once()
    {
        var keys = new PublicKeys<ECDsa>(ECDsa.Create);
        var point = P256.GetPublicKey(NewPrivateKey());
        var first = keys.Borrow(point);
        var second = keys.Borrow(point);
        Assert.NotSame(first.Key, second.Key);

        first.Dispose();
        using var third = keys.Borrow(point);
        Assert.Same(first.Key, third.Key);
        second.Dispose();
    }

    [Fact]
    public void More_keys_than_are_kept_verify_what_each_has_signed_and_nothing_else()
    {
        var signed = Enumerable.Range(0, 200).Select(_ => NewPrivateKey()).Select(key => (Point: P256.GetPublicKey(key), Signature: P256.Sign(key, Data))).ToArray();

        Parallel.For(0, 4 * signed.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var (own, other) = (signed[i % signed.Length], signed[(i + 1) % signed.Length]);
            Assert.True(P256.Verify(own.Point, Data, own.Signature));
            Assert.False(P256.Verify(own.Point, Data, other.Signature));
            Assert.True(P256.IsPublicKey(other.Point));
        });
    }

    [Fact]
    public void A_point_beside_a_kept_one_is_refused()
    {
        var point = P256.GetPublicKey(NewPrivateKey());
        Assert.True(P256.IsPublicKey(point));

        for (var i = 0; i < point.Length; i++)
        {
            var changed = point.ToArray();
            changed[i] ^= 1;
            Assert.False(P256.IsPublicKey(changed));
            Assert.False(P256.IsPublicKey(point.AsSpan(0, i)));
        }

        Assert.True(P256.IsPublicKey(point));
    }

    private static byte[] NewPrivateKey() => Hpke.DerivePrivateKey(RandomNumberGenerator.GetBytes(32));
}

using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Tests.Objects;

/// <summary>Keys and certificates that are remembered for many envelopes: trusting one of them trusts nothing more.</summary>
public sealed class TrustedSignersTests : IDisposable
{
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();
    private readonly TrustedSigners _signers;

    public TrustedSignersTests() => _signers = new TrustedSigners(_master.MasterPublicKey, _master.RepositoryId);

    public void Dispose() => _master.Dispose();

    [Fact]
    public void Envelopes_of_the_master_key_and_of_several_keyfiles_are_opened_in_any_order()
    {
        using var first = _master.Derive(KeyRole.WriteOnly);
        using var second = _master.Derive(KeyRole.ReadWrite);

        foreach (var keys in new[] { first, second, _master, first, _master, second })
            Assert.Equal(keys == _master ? null : keys.KeyId, Unwrap(Wrap(keys)).KeyId);
    }

    [Fact]
    public void An_envelope_that_was_altered_is_refused_also_when_its_certificate_is_known()
    {
        using var writer = _master.Derive(KeyRole.WriteOnly);
        var envelope = Wrap(writer);
        Unwrap(envelope);

        for (var i = 0; i < envelope.Length; i++)
        {
            var changed = envelope.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Unwrap(changed));
        }
    }

    [Fact]
    public void A_keyfile_that_another_signs_for_is_refused()
    {
        using var writer = _master.Derive(KeyRole.WriteOnly);
        using var other = _master.Derive(KeyRole.WriteOnly);
        Unwrap(Wrap(writer));
        Unwrap(Wrap(other));
        var parts = writer.ToParts();
        using var thief = new KeyMaterial(parts with { SigningPrivateKey = other.ToParts().SigningPrivateKey });

        Assert.ThrowsAny<CryptographicException>(() => Unwrap(Wrap(thief)));
    }

    [Fact]
    public void A_key_of_another_repository_is_refused_each_time()
    {
        using var stranger = KeyMaterial.CreateMaster();
        using var writer = stranger.Derive(KeyRole.WriteOnly);

        for (var round = 0; round < 2; round++)
        {
            Assert.ThrowsAny<CryptographicException>(() => Unwrap(Wrap(stranger)));
            Assert.ThrowsAny<CryptographicException>(() => Unwrap(Wrap(writer)));
        }
    }

    [Fact]
    public void A_master_key_that_is_no_point_verifies_nothing()
    {
        var signers = new TrustedSigners(new byte[P256.PublicKeyLength], _master.RepositoryId);

        Assert.ThrowsAny<CryptographicException>(() => SignedEnvelope.Unwrap(Wrap(_master), "domain"u8, signers));
    }

    private static byte[] Wrap(KeyMaterial keys) => SignedEnvelope.Wrap(keys, "domain"u8, "payload"u8.ToArray());

    private (byte[] Payload, byte[]? KeyId) Unwrap(byte[] envelope) => SignedEnvelope.Unwrap(envelope, "domain"u8, _signers);
}

using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>
/// The vectors are those of RFC 9180, appendix A.3.1 (base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM). The
/// RFC prints none for AES-256-GCM with this KEM; that message was sealed by another implementation (pyca/cryptography 48).
/// </summary>
public sealed class HpkeTests
{
    private static readonly byte[] Info = Convert.FromHexString("4f6465206f6e2061204772656369616e2055726e");
    private static readonly byte[] AssociatedData = Convert.FromHexString("436f756e742d30");
    private static readonly byte[] Message = Convert.FromHexString("4265617574792069732074727574682c20747275746820626561757479");
    private static readonly byte[] EphemeralMaterial = Convert.FromHexString("4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e");
    private static readonly byte[] EphemeralPrivate = Convert.FromHexString("4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb");
    private static readonly byte[] RecipientMaterial = Convert.FromHexString("668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550");
    private static readonly byte[] RecipientPrivate = Convert.FromHexString("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2");

    private static readonly byte[] RecipientPublic = Convert.FromHexString(
        "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0");

    private static readonly byte[] Sealed = Convert.FromHexString(
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
        + "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434");

    private static readonly byte[] SealedElsewhere = Convert.FromHexString(
        "04d3011fec1194507a5c2e9b9c0a12d57efd9a373d1f7fb712c7e348547cc6c244b4c724f4c329e8abb2f75e1ed0da68cf3639abe95cfd211479ebf555b0610112"
        + "33fa28d4e93929f472f4ddbb69e6553ed06455088149ab1e491bfd2ebde2e690f19becc47b421e8a3552e089f8");

    [Fact]
    public void Keys_are_derived_as_in_the_vectors()
    {
        Assert.Equal(EphemeralPrivate, Hpke.DerivePrivateKey(EphemeralMaterial));
        Assert.Equal(RecipientPrivate, Hpke.DerivePrivateKey(RecipientMaterial));
        Assert.Equal(RecipientPublic, P256.GetPublicKey(RecipientPrivate));
    }

    [Fact]
    public void A_message_is_sealed_as_in_the_vectors()
    {
        using var ephemeral = P256.ImportAgreementKey(EphemeralPrivate);

        Assert.Equal(Sealed, Hpke.Aes128.Seal(ephemeral, RecipientPublic, Info, AssociatedData, Message));
    }

    [Fact]
    public void The_message_of_the_vectors_is_opened() =>
        Assert.Equal(Message, Hpke.Aes128.Open(RecipientPrivate, Info, AssociatedData, Sealed));

    [Fact]
    public void A_message_that_another_implementation_sealed_with_AES_256_is_opened() =>
        Assert.Equal(Message, Hpke.Aes256.Open(RecipientPrivate, Info, [], SealedElsewhere));

    [Fact]
    public void Sealing_twice_gives_different_bytes_and_the_same_message()
    {
        var first = Hpke.Aes256.Seal(RecipientPublic, Info, AssociatedData, Message);
        var second = Hpke.Aes256.Seal(RecipientPublic, Info, AssociatedData, Message);

        Assert.NotEqual(first, second);
        Assert.Equal(Message, Hpke.Aes256.Open(RecipientPrivate, Info, AssociatedData, first));
        Assert.Equal(Message, Hpke.Aes256.Open(RecipientPrivate, Info, AssociatedData, second));
    }

    [Fact]
    public void A_message_with_any_byte_changed_or_cut_off_is_refused()
    {
        var message = Hpke.Aes256.Seal(RecipientPublic, Info, AssociatedData, Message);
        for (var i = 0; i < message.Length; i++)
        {
            var changed = message.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Hpke.Aes256.Open(RecipientPrivate, Info, AssociatedData, changed));
            Assert.ThrowsAny<CryptographicException>(() => Hpke.Aes256.Open(RecipientPrivate, Info, AssociatedData, message.AsSpan(0, i)));
        }
    }

    [Fact]
    public void Another_purpose_another_context_and_another_key_do_not_open_a_message()
    {
        var message = Hpke.Aes256.Seal(RecipientPublic, Info, AssociatedData, Message);

        Assert.ThrowsAny<CryptographicException>(() => Hpke.Aes256.Open(RecipientPrivate, "other"u8, AssociatedData, message));
        Assert.ThrowsAny<CryptographicException>(() => Hpke.Aes256.Open(RecipientPrivate, Info, "other"u8, message));
        Assert.ThrowsAny<CryptographicException>(() => Hpke.Aes256.Open(EphemeralPrivate, Info, AssociatedData, message));
        Assert.ThrowsAny<CryptographicException>(() => Hpke.Aes128.Open(RecipientPrivate, Info, AssociatedData, message));
    }
}

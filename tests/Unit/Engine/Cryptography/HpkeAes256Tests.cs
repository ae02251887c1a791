using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>
/// The suite of this format (base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM), for which RFC 9180 itself prints no
/// vector. This is the first message of that suite in test-vectors.json of the RFC's draft, revision 779d028, made by the same
/// algorithms as the RFC's own.
/// </summary>
public sealed class HpkeAes256Tests
{
    private static readonly byte[] EphemeralMaterial = Convert.FromHexString("8468257215a9b747463886cc35fb1995bf2041325d6984b48e4fb0d872f43fb2");
    private static readonly byte[] EphemeralPrivate = Convert.FromHexString("bb0df6228f0055d4f4647cb76f4aee46923aecff163829074eb2210190271352");
    private static readonly byte[] RecipientMaterial = Convert.FromHexString("03f75a34fe711cbd5a348cd52aca1387c8a69726328b83fa703c4f3e91ce9e7a");
    private static readonly byte[] RecipientPrivate = Convert.FromHexString("01f59b0596c63d30c1956617095a4084dd8a62c754a7395069a56ab8aa9118fc");

    private static readonly byte[] RecipientPublic = Convert.FromHexString(
        "0421dc6b4cc0d2a73090cf944c9f1b8d0a700a153dcaf34721ec8fbb8baeea19e65fd71d34acdcfe1bceff9bde0f1f5f73a2edb3599f533e703a2f42865a3ea819");

    private static readonly byte[] Sealed = Convert.FromHexString(
        "0469f24d3b44c6741cce6660b1c72e05d6d9c615b64dca6947c3eeca104be0cda1d4b3e8b1978e1de88aba437155df4fa9008ee3ad02a72f1ab6534cf7fcfadb51"
        + "59b14653f7a80bd228248c71df9caf21319aa29cc90ef8e51761ef91a1275f46653b1b056482b17e1cbe1cb1de");

    [Fact]
    public void Keys_are_derived_as_in_the_vector()
    {
        Assert.Equal(EphemeralPrivate, Hpke.DerivePrivateKey(EphemeralMaterial));
        Assert.Equal(RecipientPrivate, Hpke.DerivePrivateKey(RecipientMaterial));
        Assert.Equal(RecipientPublic, P256.GetPublicKey(RecipientPrivate));
    }

    [Fact]
    public void A_message_is_sealed_and_opened_as_in_the_vector()
    {
        using var ephemeral = P256.ImportAgreementKey(EphemeralPrivate);

        Assert.Equal(Sealed, Hpke.Aes256.Seal(ephemeral, RecipientPublic, "Ode on a Grecian Urn"u8, "Count-0"u8, "Beauty is truth, truth beauty"u8));
        Assert.Equal("Beauty is truth, truth beauty"u8.ToArray(), Hpke.Aes256.Open(RecipientPrivate, "Ode on a Grecian Urn"u8, "Count-0"u8, Sealed));
    }
}

using System.Formats.Cbor;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>Certificates: what the master key said of a signing key, and nothing else.</summary>
public sealed class CertificateTests
{
    [Theory]
    [InlineData(3, true)]
    [InlineData(259, false)]
    [InlineData(0, false)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void A_certificate_for_a_role_that_there_is_not_is_refused_also_when_the_master_key_signed_it(int role, bool valid)
    {
        using var master = KeyMaterial.CreateMaster();
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(5);
        writer.WriteInt32(1);
        writer.WriteByteString(master.RepositoryId);
        writer.WriteInt32(2);
        writer.WriteByteString(new byte[16]);
        writer.WriteInt32(3);
        writer.WriteInt32(role);
        writer.WriteInt32(4);
        writer.WriteByteString(master.MasterPublicKey);
        writer.WriteInt32(5);
        writer.WriteInt64(0);
        writer.WriteEndMap();
        var body = writer.Encode();
        byte[] encoded = [.. body, .. P256.Sign(master.SigningPrivateKey, [.. "rekkord certificate v1\0"u8, .. body])];

        if (valid)
            Assert.Equal((KeyRole)role, Certificate.Verify(encoded, master.MasterPublicKey, master.RepositoryId).Role);
        else
            Assert.Throws<CryptographicException>(() => Certificate.Verify(encoded, master.MasterPublicKey, master.RepositoryId));
    }
}

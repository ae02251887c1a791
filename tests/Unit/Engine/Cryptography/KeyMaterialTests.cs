using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>Wiping keys takes nothing from others and is never followed by work with zeros.</summary>
public sealed class KeyMaterialTests
{
    [Theory]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.WriteOnly)]
    [InlineData(KeyRole.LogOnly)]
    [InlineData(KeyRole.Prune)]
    public void Disposing_of_derived_keys_leaves_the_master_as_it_was(KeyRole role)
    {
        using var master = KeyMaterial.FromSeed(TestRepository.RandomBytes(1, 32), new byte[16]);
        var before = Secrets(master);

        master.Derive(role).Dispose();

        Assert.Equal(before, Secrets(master));
    }

    [Fact]
    public void Disposing_of_the_master_leaves_derived_keys_as_they_were()
    {
        var master = KeyMaterial.FromSeed(TestRepository.RandomBytes(1, 32), new byte[16]);
        using var derived = master.Derive(KeyRole.ReadWrite);
        var before = Secrets(derived);

        master.Dispose();

        Assert.Equal(before, Secrets(derived));
    }

    [Fact]
    public void Keys_that_were_disposed_of_are_not_given_out_as_zeros()
    {
        var keys = KeyMaterial.CreateMaster();
        var seed = keys.Seed;

        keys.Dispose();

        Assert.All(seed, value => Assert.Equal(0, value));
        Assert.Throws<ObjectDisposedException>(() => keys.IdKey);
        Assert.Throws<ObjectDisposedException>(() => keys.SigningPrivateKey);
        Assert.Throws<ObjectDisposedException>(() => keys.Derive(KeyRole.WriteOnly));
    }

    private static string Secrets(KeyMaterial keys) => string.Join(
        " ", new[] { keys.IdKey, keys.IndexKey, keys.DataPrivateKey, keys.LogPrivateKey, keys.SigningPrivateKey }.Select(Convert.ToHexStringLower));
}

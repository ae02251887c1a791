using System.Buffers.Binary;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Repository;

public sealed class DescriptorTests : IDisposable
{
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();
    private readonly byte[] _encoded;

    public DescriptorTests() => _encoded = Descriptor.Create(_master, ChunkSizes.Default).Encode(_master);

    public void Dispose() => _master.Dispose();

    [Fact]
    public void A_descriptor_is_read_as_it_was_written()
    {
        var created = Descriptor.Create(_master, ChunkSizes.Default);

        Assert.Equivalent(created, Descriptor.Decode(created.Encode(_master), _master, "here"), strict: true);
    }

    [Fact]
    public void Every_role_can_read_it()
    {
        foreach (var role in new[] { KeyRole.ReadWrite, KeyRole.WriteOnly, KeyRole.LogOnly })
            Assert.Equal(_master.RepositoryId, Descriptor.Decode(_encoded, _master.Derive(role), "here").RepositoryId);
    }

    [Fact]
    public void An_unknown_version_is_told_as_such()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_encoded.AsSpan(8), 2);

        var error = Assert.Throws<RekkordException>(() => Descriptor.Decode(_encoded, _master, "here"));

        Assert.Equal("RepositoryVersionUnknown", error.ErrorId);
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("rekkord")]
    [InlineData("[Repository]\nURL = /somewhere\n")]
    public void What_is_no_descriptor_is_no_repository(string content)
    {
        using var store = new MemoryObjectStore { ["rekkord"] = System.Text.Encoding.UTF8.GetBytes(content) };

        Assert.Equal("NotARepository", Assert.Throws<RekkordException>(() => RepositoryAccess.Open(store, _master)).ErrorId);
    }

    [Fact]
    public void An_empty_store_and_one_with_a_huge_descriptor_are_no_repositories()
    {
        using var empty = new MemoryObjectStore();
        using var huge = new MemoryObjectStore { ["rekkord"] = new byte[1 << 20] };

        Assert.Equal("NotARepository", Assert.Throws<RekkordException>(() => RepositoryAccess.Open(empty, _master)).ErrorId);
        Assert.Equal("NotARepository", Assert.Throws<RekkordException>(() => RepositoryAccess.Open(huge, _master)).ErrorId);
    }

    [Fact]
    public void The_keyfile_of_another_repository_is_told_as_such()
    {
        using var other = KeyMaterial.CreateMaster();

        var error = Assert.Throws<RekkordException>(() => Descriptor.Decode(_encoded, other, "here"));

        Assert.Equal("KeyFileMismatch", error.ErrorId);
        Assert.Contains(Convert.ToHexStringLower(_master.RepositoryId), error.Message, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(other.RepositoryId), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_descriptor_that_somebody_else_signed_for_this_repository_is_refused()
    {
        using var forger = KeyMaterial.FromSeed(new byte[32], _master.RepositoryId);
        var forged = Descriptor.Create(forger, ChunkSizes.Default).Encode(forger);

        Assert.Throws<DamagedObjectException>(() => Descriptor.Decode(forged, _master, "here"));
    }

    [Fact]
    public void A_descriptor_with_any_bit_changed_is_refused()
    {
        for (var i = 0; i < _encoded.Length * 8; i++)
        {
            var changed = _encoded.ToArray();
            changed[i / 8] ^= (byte)(1 << (i % 8));
            var error = Assert.ThrowsAny<RekkordException>(() => Descriptor.Decode(changed, _master, "here"));
            var expected = i / 8 < 8 ? "NotARepository" : i / 8 < 12 ? "RepositoryVersionUnknown" : "ObjectDamaged";
            Assert.Equal(expected, error.ErrorId);
        }
    }

    [Fact]
    public void A_descriptor_that_is_cut_short_or_grew_is_refused()
    {
        for (var length = 0; length < _encoded.Length; length++)
            Assert.ThrowsAny<RekkordException>(() => Descriptor.Decode(_encoded.AsSpan(0, length), _master, "here"));
        Assert.ThrowsAny<RekkordException>(() => Descriptor.Decode([.. _encoded, 0], _master, "here"));
    }
}

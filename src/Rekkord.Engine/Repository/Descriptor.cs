using System.Buffers.Binary;
using System.Formats.Cbor;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Repository;

/// <summary>What a repository says of itself in the object <c>rekkord</c>: its version, ID, public keys and parameters, signed by the master key.</summary>
internal sealed record Descriptor
{
    /// <summary>The version of the format that this code writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 1;

    private const int HeadLength = 16;
    private const int FieldCount = 8;

    public required byte[] RepositoryId { get; init; }

    public required byte[] MasterPublicKey { get; init; }

    public required byte[] DataPublicKey { get; init; }

    public required byte[] LogPublicKey { get; init; }

    public required ChunkSizes ChunkSizes { get; init; }

    /// <summary>Blobs of this length or more are segments by themselves; smaller ones are laid together up to it. In bytes.</summary>
    public required int SegmentSize { get; init; }

    /// <summary>A pack is closed once it has this many bytes.</summary>
    public required int PackSize { get; init; }

    public required long CreatedSeconds { get; init; }

    /// <summary>Whether a reader can work with it: what the master key signed may still be what no reader expects.</summary>
    private bool IsValid => ChunkSizes.IsValid
        && SegmentSize is >= 4096 and <= FormatLimits.Segment / 2
        && PackSize >= 4096
        && CreatedSeconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds()
        && CreatedSeconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        && P256.IsPublicKey(DataPublicKey)
        && P256.IsPublicKey(LogPublicKey);

    private static ReadOnlySpan<byte> Magic => "rekkord\0"u8;

    private static ReadOnlySpan<byte> Domain => "rekkord descriptor v1\0"u8;

    /// <summary>The descriptor of a new repository.</summary>
    public static Descriptor Create(KeyMaterial master, ChunkSizes chunkSizes) => new()
    {
        RepositoryId = master.RepositoryId,
        MasterPublicKey = master.MasterPublicKey,
        DataPublicKey = P256.GetPublicKey(master.DataPrivateKey),
        LogPublicKey = P256.GetPublicKey(master.LogPrivateKey),
        ChunkSizes = chunkSizes,
        SegmentSize = 1024 * 1024,
        PackSize = 32 * 1024 * 1024,
        CreatedSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
    };

    /// <summary>Encodes and signs the descriptor.</summary>
    public byte[] Encode(KeyMaterial master)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(FieldCount);
        writer.WriteInt32(1);
        writer.WriteByteString(RepositoryId);
        writer.WriteInt32(2);
        writer.WriteByteString(MasterPublicKey);
        writer.WriteInt32(3);
        writer.WriteByteString(DataPublicKey);
        writer.WriteInt32(4);
        writer.WriteByteString(LogPublicKey);
        writer.WriteInt32(5);
        writer.WriteStartArray(3);
        writer.WriteInt32(ChunkSizes.Minimum);
        writer.WriteInt32(ChunkSizes.Average);
        writer.WriteInt32(ChunkSizes.Maximum);
        writer.WriteEndArray();
        writer.WriteInt32(6);
        writer.WriteInt32(SegmentSize);
        writer.WriteInt32(7);
        writer.WriteInt32(PackSize);
        writer.WriteInt32(8);
        writer.WriteInt64(CreatedSeconds);
        writer.WriteEndMap();
        var body = writer.Encode();

        var head = new byte[HeadLength];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), CurrentVersion);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), body.Length);
        return [.. head, .. body, .. P256.Sign(master.SigningPrivateKey, [.. Domain, .. head, .. body])];
    }

    /// <summary>Reads a descriptor and checks that it belongs to the keyfile: the master key that the keyfile names must have signed it.</summary>
    /// <exception cref="RekkordException">
    /// It is none (<c>NotARepository</c>), of a newer version (<c>RepositoryVersionUnknown</c>), of another repository than the
    /// keyfile (<c>KeyFileMismatch</c>), or damaged (<c>ObjectDamaged</c>).
    /// </exception>
    public static Descriptor Decode(ReadOnlySpan<byte> bytes, KeyMaterial keys, string location)
    {
        if (bytes.Length < HeadLength || !bytes.StartsWith(Magic))
            throw NotARepository(location);
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != CurrentVersion)
        {
            throw new RekkordException(
                "RepositoryVersionUnknown",
                RekkordErrorKind.InvalidData,
                $"The repository '{location}' has format version {version}, and this module knows version {CurrentVersion}. Install a newer module.",
                location);
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (length < 0 || bytes.Length != HeadLength + (long)length + P256.SignatureLength)
            throw new DamagedObjectException(ObjectName.Descriptor, "its length is wrong.");

        var signed = bytes[..^P256.SignatureLength];
        var descriptor = Parse(signed[HeadLength..].ToArray());
        var sameId = descriptor.RepositoryId.AsSpan().SequenceEqual(keys.RepositoryId);

        // With one of the two right, the other is damaged: sending the user for another keyfile would be wrong.
        var sameMaster = descriptor.MasterPublicKey.AsSpan().SequenceEqual(keys.MasterPublicKey);
        if ((sameId || sameMaster) && !P256.Verify(keys.MasterPublicKey, [.. Domain, .. signed], bytes[^P256.SignatureLength..]))
            throw new DamagedObjectException(ObjectName.Descriptor, "its signature does not match.");
        if (!sameId)
        {
            throw new RekkordException(
                "KeyFileMismatch",
                RekkordErrorKind.Security,
                $"The keyfile belongs to the repository {Convert.ToHexStringLower(keys.RepositoryId)}, but '{location}' is the repository {Convert.ToHexStringLower(descriptor.RepositoryId)}. Give the keyfile of this repository with -KeyFile.",
                location);
        }

        return descriptor;
    }

    public static RekkordException NotARepository(string location) => new(
        "NotARepository",
        RekkordErrorKind.NotFound,
        $"'{location}' is not a repository: it has no valid '{ObjectName.Descriptor}' file. Check the path, or make a repository with Initialize-RekkordRepository.",
        location);

    private static Descriptor Parse(byte[] body)
    {
        try
        {
            var reader = new CborReader(body, CborConformanceMode.Canonical);
            reader.ReadStartMap();
            var descriptor = new Descriptor
            {
                RepositoryId = Field(reader, 1).ReadByteString(),
                MasterPublicKey = Field(reader, 2).ReadByteString(),
                DataPublicKey = Field(reader, 3).ReadByteString(),
                LogPublicKey = Field(reader, 4).ReadByteString(),
                ChunkSizes = ReadSizes(Field(reader, 5)),
                SegmentSize = Field(reader, 6).ReadInt32(),
                PackSize = Field(reader, 7).ReadInt32(),
                CreatedSeconds = Field(reader, 8).ReadInt64(),
            };
            reader.ReadEndMap();
            return descriptor.IsValid ? descriptor : throw new CborContentException("A field is out of bounds.");
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new DamagedObjectException(ObjectName.Descriptor, "it cannot be parsed.", error);
        }
    }

    private static ChunkSizes ReadSizes(CborReader reader)
    {
        reader.ReadStartArray();
        var sizes = new ChunkSizes(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        reader.ReadEndArray();
        return sizes;
    }

    private static CborReader Field(CborReader reader, int key) =>
        reader.ReadInt32() == key ? reader : throw new CborContentException("A field is missing.");
}

using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Repository;

/// <summary>An index object: the directories of some packs, compressed and sealed with the index key, so that a save learns with few reads what is stored.</summary>
internal static class IndexObject
{
    private const int SaltLength = 32;
    private const int TagLength = 16;
    private const int HashLength = 32;
    private const int HeadLength = 4 + SaltLength;
    private const int PackHeadLength = HashLength + sizeof(long) + sizeof(int);

    private static ReadOnlySpan<byte> Magic => "RKI\u0001"u8;

    /// <summary>Encodes an index of some packs.</summary>
    public static byte[] Encode(KeyMaterial keys, IReadOnlyCollection<StoredPack> packs)
    {
        using var body = new PooledBufferWriter();
        foreach (var pack in packs)
        {
            var head = body.GetSpan(PackHeadLength);
            pack.Hash.CopyTo(head);
            BinaryPrimitives.WriteInt64LittleEndian(head[HashLength..], pack.Size);
            BinaryPrimitives.WriteInt32LittleEndian(head[(HashLength + sizeof(long))..], pack.Directory.Length);
            body.Advance(PackHeadLength);
            body.Write(pack.Directory.Span);
        }

        return Seal(keys, body.WrittenSpan);
    }

    /// <summary>Decodes an index object.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or sealed with another key.</exception>
    public static IReadOnlyList<StoredPack> Decode(KeyMaterial keys, string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadLength + TagLength || !bytes.StartsWith(Magic))
            throw new DamagedObjectException(name, "it does not start as an index does.");
        try
        {
            var compressed = new byte[bytes.Length - HeadLength - TagLength];
            using (var aead = CreateCipher(keys, bytes[Magic.Length..HeadLength]))
                aead.Decrypt(stackalloc byte[12], bytes[HeadLength..^TagLength], bytes[^TagLength..], compressed, Magic);
            return Parse(Compression.Decompress(compressed, FormatLimits.Index));
        }
        catch (Exception error) when (error is CryptographicException or InvalidDataException)
        {
            throw new DamagedObjectException(name, "it cannot be opened.", error);
        }
    }

    private static byte[] Seal(KeyMaterial keys, ReadOnlySpan<byte> body)
    {
        using var compressed = new PooledBufferWriter();
        Compression.Compress(body, compressed);
        var output = new byte[HeadLength + compressed.WrittenCount + TagLength];
        Magic.CopyTo(output);
        RandomNumberGenerator.Fill(output.AsSpan(Magic.Length, SaltLength));
        using var aead = CreateCipher(keys, output.AsSpan(Magic.Length, SaltLength));
        aead.Encrypt(stackalloc byte[12], compressed.WrittenSpan, output.AsSpan(HeadLength, compressed.WrittenCount), output.AsSpan(^TagLength..), Magic);
        return output;
    }

    private static List<StoredPack> Parse(byte[] body)
    {
        var packs = new List<StoredPack>();
        var rest = body.AsMemory();
        while (!rest.IsEmpty)
        {
            if (rest.Length < PackHeadLength)
                throw new InvalidDataException("The index is cut off.");
            var size = BinaryPrimitives.ReadInt64LittleEndian(rest.Span[HashLength..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span[(HashLength + sizeof(long))..]);
            if (length < 0 || length > rest.Length - PackHeadLength)
                throw new InvalidDataException("A directory's length is wrong.");
            packs.Add(new StoredPack(rest[..HashLength].ToArray(), size, rest.Slice(PackHeadLength, length)));
            rest = rest[(PackHeadLength + length)..];
        }

        return packs;
    }

    private static AesGcm CreateCipher(KeyMaterial keys, ReadOnlySpan<byte> salt) =>
        KeyDerivation.CreateCipher(keys.IndexKey, salt, "rekkord index v1", TagLength);
}

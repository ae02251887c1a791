using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// An object of the catalogue: many tags in one. It has either the tags' bytes as they are stored, which any writer can copy and every reader
/// verifies as the tags themselves; or what they say, sealed once and signed by a key that could open and verify them.
/// </summary>
internal sealed class CatalogueObject
{
    private const int CountLength = sizeof(int);

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int _headLength;

    private CatalogueObject(string name, ReadOnlyMemory<byte> bytes, bool isOpened, int headLength, string[] replaced, string[] tags)
    {
        Name = name;
        _bytes = bytes;
        IsOpened = isOpened;
        _headLength = headLength;
        Replaced = replaced;
        Tags = tags;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Whether it has what the tags say, and not their bytes.</summary>
    public bool IsOpened { get; }

    /// <summary>The objects of the catalogue, by name, of which it has all that is of use.</summary>
    public IReadOnlyList<string> Replaced { get; }

    /// <summary>The tags, by name.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>Its size in bytes.</summary>
    public int Size => _bytes.Length;

    private static ReadOnlySpan<byte> Magic => "RKC\u0001"u8;

    private static ReadOnlySpan<byte> Domain => "rekkord catalogue v1\0"u8;

    /// <summary>Encodes tags as they are stored, by their names.</summary>
    public static byte[] EncodeCopies(IEnumerable<string> replaced, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> tags)
    {
        var ordered = tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).ToArray();
        using var output = new PooledBufferWriter();
        output.Write(EncodeHead(isOpened: false, replaced, ordered.Select(tag => tag.Key)));
        foreach (var (_, bytes) in ordered)
        {
            BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(CountLength), bytes.Length);
            output.Advance(CountLength);
            output.Write(bytes.Span);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Encodes what tags say, by their names. The key that signs vouches for it.</summary>
    public static byte[] EncodeOpened(RepositoryAccess repository, IEnumerable<string> replaced, IReadOnlyDictionary<string, OpenedTag> tags)
    {
        var ordered = tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).ToArray();
        var head = EncodeHead(isOpened: true, replaced, ordered.Select(tag => tag.Key));
        byte[] payload = [.. SHA256.HashData(head), .. TagCacheCodec.Encode(ordered)];
        var envelope = SignedEnvelope.Wrap(repository.Keys, Domain, payload);
        byte[] info = [.. Domain, .. repository.Keys.RepositoryId];
        return [.. head, .. Hpke.Aes256.Seal(repository.Descriptor.LogPublicKey, info, Magic, Compression.Compress(envelope))];
    }

    /// <summary>Parses an object. What it says of tags is not verified by that.</summary>
    /// <exception cref="DamagedObjectException">It is damaged.</exception>
    public static CatalogueObject Parse(string name, ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (ObjectName.TryGetHash(name) is not { } hash || !SHA256.HashData(span).AsSpan().SequenceEqual(hash))
            throw new DamagedObjectException(name, "its bytes do not match its name.");
        if (span.Length <= Magic.Length || !span.StartsWith(Magic) || span[Magic.Length] > 1)
            throw new DamagedObjectException(name, "it does not start like an object of the catalogue.");
        var offset = Magic.Length + 1;
        var replaced = ReadNames(name, ObjectName.Catalogue, span, ref offset);
        var tags = ReadNames(name, ObjectName.Tags, span, ref offset);
        return new CatalogueObject(name, bytes, span[Magic.Length] == 1, offset, replaced, tags);
    }

    /// <summary>The tags' bytes, by their names, of an object that has them. What has another hash than its name says is not the tag, and is left out.</summary>
    /// <exception cref="DamagedObjectException">It is malformed.</exception>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> ReadCopies()
    {
        var rest = _bytes[_headLength..];
        foreach (var tag in Tags)
        {
            var length = rest.Length < CountLength ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
            if (length < 0 || length > rest.Length - CountLength)
                throw new DamagedObjectException(Name, "the length of a tag in it is wrong.");
            var copy = rest.Slice(CountLength, length);
            rest = rest[(CountLength + length)..];
            if (SHA256.HashData(copy.Span).AsSpan().SequenceEqual(ObjectName.TryGetHash(tag)))
                yield return KeyValuePair.Create(tag, copy);
        }
    }

    /// <summary>Opens an object that has what the tags say.</summary>
    /// <param name="opener">Opens what is sealed to the log key.</param>
    /// <returns>What the tags say, by their names, and the ID of the keyfile that vouches for it (null: the master key).</returns>
    /// <exception cref="DamagedObjectException">It is damaged, or no key that can read has signed it.</exception>
    public (IReadOnlyList<KeyValuePair<string, OpenedTag>> Tags, byte[]? KeyId) Open(RecordOpener opener)
    {
        try
        {
            var (payload, keyId) = opener.Open(Domain, Magic, _bytes.Span[_headLength..], KeyPermission.Read);
            if (payload.Length < Oid.Length || !SHA256.HashData(_bytes.Span[.._headLength]).AsSpan().SequenceEqual(payload.AsSpan(0, Oid.Length)))
                throw new InvalidDataException("Its head was changed.");
            var tags = TagCacheCodec.Decode(payload.AsMemory(Oid.Length));
            return tags.Select(tag => tag.Key).SequenceEqual(Tags) ? (tags, keyId) : throw new InvalidDataException("It has other tags than it says.");
        }
        catch (Exception error) when (error is CryptographicException or InvalidDataException)
        {
            throw new DamagedObjectException(Name, $"{error.Message.TrimEnd('.')}.", error);
        }
    }

    private static byte[] EncodeHead(bool isOpened, IEnumerable<string> replaced, IEnumerable<string> tags)
    {
        using var head = new PooledBufferWriter();
        head.Write([.. Magic, isOpened ? (byte)1 : (byte)0]);
        foreach (var names in (IReadOnlyList<string>[])[[.. replaced.Order(StringComparer.Ordinal)], [.. tags]])
        {
            BinaryPrimitives.WriteInt32LittleEndian(head.GetSpan(CountLength), names.Count);
            head.Advance(CountLength);
            foreach (var name in names)
                head.Write(ObjectName.TryGetHash(name));
        }

        return head.WrittenSpan.ToArray();
    }

    /// <summary>Reads names, which stand in ascending order, each once.</summary>
    private static string[] ReadNames(string name, string folder, ReadOnlySpan<byte> bytes, ref int offset)
    {
        var rest = bytes[offset..];
        var count = rest.Length < CountLength ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (count < 0 || count > (rest.Length - CountLength) / Oid.Length)
            throw new DamagedObjectException(name, "a number of names in it is wrong.");
        var names = new string[count];
        for (var i = 0; i < count; i++)
        {
            names[i] = ObjectName.For(folder, rest.Slice(CountLength + (i * Oid.Length), Oid.Length));
            if (i > 0 && string.CompareOrdinal(names[i - 1], names[i]) >= 0)
                throw new DamagedObjectException(name, "the names in it are not in order.");
        }

        offset += CountLength + (count * Oid.Length);
        return names;
    }
}

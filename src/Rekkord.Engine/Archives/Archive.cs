using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Storage;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Archives;

/// <summary>
/// An archive: many snapshots and tags as they are stored, in one object. Each of them is verified by itself, whoever made the archive. What the archive alone says is
/// when the store got each, so it is signed by a key that may delete.
/// </summary>
internal sealed class Archive
{
    /// <summary>The most bytes of an archive.</summary>
    public const int LargestSize = 16 * 1024 * 1024;

    /// <summary>How many bytes are read first, where the beginning is enough: mostly all that comes before the snapshots and tags.</summary>
    public const int FirstRead = 64 * 1024;

    /// <summary>The bytes that an entry has beside its own.</summary>
    public const int EntryLength = sizeof(byte) + Oid.Length + sizeof(long) + sizeof(int) + sizeof(int);

    private const int CountLength = sizeof(int);
    private const int KeyIdLength = 16;
    private const long UnknownTime = long.MinValue;

    private Archive(ObjectInfo found, string keyId, long generation, string[] replaced, ArchiveEntry[] entries)
    {
        Found = found;
        KeyId = keyId;
        Generation = generation;
        Replaced = replaced;
        Entries = entries;
    }

    /// <summary>Its object.</summary>
    public ObjectInfo Found { get; }

    /// <summary>Its name.</summary>
    public string Name => Found.Name;

    /// <summary>The ID, in hex, of the keyfile that signed it; empty: the master key.</summary>
    public string KeyId { get; }

    /// <summary>Higher than that of each archive that its writer knew. Only what a later one has may be deleted from an earlier one, so there is always one that nobody deletes.</summary>
    public long Generation { get; }

    /// <summary>The archives, by name, of which later ones have all that is not swept. It explains that these are gone, and hides nothing that they have.</summary>
    public IReadOnlyList<string> Replaced { get; }

    /// <summary>What it has.</summary>
    public IReadOnlyList<ArchiveEntry> Entries { get; }

    private static ReadOnlySpan<byte> Magic => "RKA\u0001"u8;

    private static ReadOnlySpan<byte> Domain => "rekkord archive v1\0"u8;

    /// <summary>Whether it is the later one of two, in an order that everybody sees alike.</summary>
    public bool IsAfter(Archive other) =>
        Generation != other.Generation ? Generation > other.Generation : string.CompareOrdinal(Name, other.Name) > 0;

    /// <summary>Encodes and signs an archive.</summary>
    /// <param name="keys">Keys that may delete.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="replaced">The archives, by name, of which it and others have everything.</param>
    /// <param name="members">What it has.</param>
    public static byte[] Encode(KeyMaterial keys, long generation, IEnumerable<string> replaced, IEnumerable<ArchiveMember> members)
    {
        var ordered = members.OrderBy(member => member.Name, StringComparer.Ordinal).ToArray();
        string[] vouchers = [.. ordered.Select(member => member.Voucher).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        using var head = new PooledBufferWriter();
        Write(head, generation);
        string[] names = [.. replaced.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Write(head, names.Length);
        foreach (var name in names)
            head.Write(ObjectName.TryGetHash(name));
        Write(head, vouchers.Length);
        foreach (var voucher in vouchers)
            head.Write(voucher.Length == 0 ? new byte[KeyIdLength] : Convert.FromHexString(voucher));
        Write(head, ordered.Length);
        foreach (var member in ordered)
        {
            head.Write([IsTag(member.Name) ? (byte)1 : (byte)0]);
            head.Write(ObjectName.TryGetHash(member.Name));
            Write(head, member.Time is { } time ? time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks : UnknownTime);
            Write(head, Array.IndexOf(vouchers, member.Voucher));
            Write(head, member.Bytes.Length);
        }

        using var output = new PooledBufferWriter();
        output.Write(Magic);
        var envelope = SignedEnvelope.Wrap(keys, Domain, SHA256.HashData(head.WrittenSpan));
        Write(output, envelope.Length);
        output.Write(envelope);
        Write(output, head.WrittenCount);
        output.Write(head.WrittenSpan);
        foreach (var member in ordered)
            output.Write(member.Bytes.Span);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>How many bytes of an archive have to be read before its entries are known, as far as its first bytes tell.</summary>
    /// <exception cref="DamagedObjectException">It is damaged.</exception>
    public static int HeadLength(ObjectInfo found, ReadOnlySpan<byte> start)
    {
        var envelope = ReadCount(found, start, Magic.Length);
        if (!start.StartsWith(Magic) || start.Length < Magic.Length + CountLength + (long)envelope + CountLength)
            throw Damaged(found, "it does not start like an archive.");
        var offset = Magic.Length + CountLength + envelope;
        var length = offset + CountLength + (long)ReadCount(found, start, offset);
        return length <= found.Size ? (int)length : throw Damaged(found, "a length in it is wrong.");
    }

    /// <summary>Reads what an archive says, from its beginning. What it has is not verified by that.</summary>
    /// <param name="found">Its object.</param>
    /// <param name="start">At least as many bytes as <see cref="HeadLength"/> says.</param>
    /// <param name="keys">Says whose signature counts.</param>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a key that may not delete.</exception>
    public static Archive ReadHead(ObjectInfo found, ReadOnlyMemory<byte> start, KeyMaterial keys)
    {
        var length = HeadLength(found, start.Span);
        var envelopeLength = ReadCount(found, start.Span, Magic.Length);
        var head = start[(Magic.Length + CountLength + envelopeLength + CountLength)..length];
        try
        {
            var envelope = start.Slice(Magic.Length + CountLength, envelopeLength).ToArray();
            var (payload, keyId) = SignedEnvelope.Unwrap(envelope, Domain, new TrustedSigners(keys.MasterPublicKey, keys.RepositoryId), KeyPermission.Remove);
            if (!SHA256.HashData(head.Span).AsSpan().SequenceEqual(payload))
                throw new CryptographicException("What it has is not what was signed.");
            return ReadEntries(found, head, length, keyId is null ? "" : Convert.ToHexStringLower(keyId));
        }
        catch (CryptographicException error)
        {
            throw Damaged(found, $"{error.Message.TrimEnd('.')}.", error);
        }
    }

    /// <summary>The entries of an archive whose signature does not count, or that is damaged: where something that verifies itself may lie. None when that cannot be told.</summary>
    public static IReadOnlyList<ArchiveEntry> GuessEntries(ObjectInfo found, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var length = HeadLength(found, bytes.Span);
            var head = bytes[(Magic.Length + CountLength + ReadCount(found, bytes.Span, Magic.Length) + CountLength)..length];
            return ReadEntries(found, head, length, "").Entries;
        }
        catch (DamagedObjectException)
        {
            return [];
        }
    }

    private static Archive ReadEntries(ObjectInfo found, ReadOnlyMemory<byte> head, int headLength, string keyId)
    {
        var reader = new HeadReader(found, head);
        var generation = reader.ReadInt64();
        var replaced = new string[reader.ReadCount(Oid.Length)];
        for (var i = 0; i < replaced.Length; i++)
            replaced[i] = ObjectName.For(ObjectName.Archives, reader.Read(Oid.Length));
        var vouchers = new string[reader.ReadCount(KeyIdLength)];
        for (var i = 0; i < vouchers.Length; i++)
            vouchers[i] = reader.Read(KeyIdLength) is var id && id.ContainsAnyExcept((byte)0) ? Convert.ToHexStringLower(id) : "";
        var entries = new ArchiveEntry[reader.ReadCount(EntryLength)];
        var offset = (long)headLength;
        for (var i = 0; i < entries.Length; i++)
        {
            var folder = reader.Read(1)[0] switch { 0 => ObjectName.Snapshots, 1 => ObjectName.Tags, _ => throw Damaged(found, "something in it is no snapshot and no tag.") };
            var name = ObjectName.For(folder, reader.Read(Oid.Length));
            var time = reader.ReadTime();
            var voucher = reader.ReadCount(0);
            var length = reader.ReadCount(0);
            if (voucher >= vouchers.Length || length > found.Size - offset)
                throw Damaged(found, "an entry in it is wrong.");
            entries[i] = new ArchiveEntry(name, time, vouchers[voucher], offset, length);
            offset += length;
        }

        return reader.IsAtEnd && offset == found.Size ? new Archive(found, keyId, generation, replaced, entries) : throw Damaged(found, "its length is not what it says.");
    }

    private static bool IsTag(string name) => name.StartsWith(ObjectName.Tags, StringComparison.Ordinal);

    private static int ReadCount(ObjectInfo found, ReadOnlySpan<byte> bytes, int offset)
    {
        var count = bytes.Length < offset + CountLength ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);
        return count >= 0 ? count : throw Damaged(found, "a length in it is wrong.");
    }

    private static void Write(PooledBufferWriter output, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }

    private static void Write(PooledBufferWriter output, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    private static DamagedObjectException Damaged(ObjectInfo found, string what, Exception? inner = null) => new(found.Name, what, inner);

    /// <summary>Reads the signed part, and takes no memory for what is not there.</summary>
    private ref struct HeadReader(ObjectInfo found, ReadOnlyMemory<byte> head)
    {
        private ReadOnlySpan<byte> _rest = head.Span;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public ReadOnlySpan<byte> Read(int length)
        {
            if (length > _rest.Length)
                throw Damaged(found, "it ends too early.");
            var read = _rest[..length];
            _rest = _rest[length..];
            return read;
        }

        public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Read(sizeof(long)));

        /// <summary>Reads how many things of a length follow.</summary>
        public int ReadCount(int length)
        {
            var count = BinaryPrimitives.ReadInt32LittleEndian(Read(CountLength));
            return count >= 0 && (long)count * length <= _rest.Length ? count : throw Damaged(found, "a length in it is wrong.");
        }

        public DateTimeOffset? ReadTime()
        {
            var ticks = ReadInt64();
            if (ticks == UnknownTime)
                return null;
            return ticks >= DateTimeOffset.MinValue.Ticks - DateTimeOffset.UnixEpoch.Ticks && ticks <= DateTimeOffset.MaxValue.Ticks - DateTimeOffset.UnixEpoch.Ticks
                ? DateTimeOffset.UnixEpoch.AddTicks(ticks)
                : throw Damaged(found, "a time in it is wrong.");
        }
    }
}

/// <summary>A snapshot or tag in an archive.</summary>
/// <param name="Name">The name of its object.</param>
/// <param name="Time">When the store got the object; null when that is not known.</param>
/// <param name="Voucher">The ID, in hex, of the keyfile that has seen that time in the store; empty: the master key.</param>
/// <param name="Offset">Where it lies in the archive.</param>
/// <param name="Length">How many bytes it has.</param>
internal sealed record ArchiveEntry(string Name, DateTimeOffset? Time, string Voucher, long Offset, int Length);

/// <summary>A snapshot or tag that goes into an archive.</summary>
/// <param name="Name">The name of its object.</param>
/// <param name="Time">When the store got the object; null when that is not known.</param>
/// <param name="Voucher">The ID, in hex, of the keyfile that has seen that time in the store; empty: the master key.</param>
/// <param name="Bytes">The object as it is stored.</param>
internal sealed record ArchiveMember(string Name, DateTimeOffset? Time, string Voucher, ReadOnlyMemory<byte> Bytes);

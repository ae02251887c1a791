using System.Formats.Cbor;
using System.Text;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Trees;

/// <summary>Decodes entries and pages. What comes in may be hostile: every count is bounded by the bytes that are there.</summary>
internal static class TreeEntryDecoder
{
    /// <summary>Decodes a page: a CBOR array of entries.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static List<TreeEntry> DecodePage(ReadOnlyMemory<byte> page) => Guard(page, static reader =>
    {
        var entries = new List<TreeEntry>();
        var accounts = new Accounts();
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
            entries.Add(ReadEntry(reader, accounts));
        reader.ReadEndArray();
        return entries;
    });

    /// <summary>Decodes one entry by itself, as a snapshot's roots hold it.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static TreeEntry DecodeEntry(ReadOnlyMemory<byte> entry) => Guard(entry, static reader => ReadEntry(reader, new Accounts()));

    private static T Guard<T>(ReadOnlyMemory<byte> bytes, Func<CborReader, T> read)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            var value = read(reader);
            return reader.BytesRemaining == 0 ? value : throw new InvalidDataException("There is more than the entry.");
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException("A directory entry is malformed.", error);
        }
    }

    private static TreeEntry ReadEntry(CborReader reader, Accounts accounts)
    {
        var fields = new Fields { Chunks = [], ChunkLists = [], DataRanges = [], ExtendedAttributes = [] };
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
            ReadField(reader, ref fields, accounts);
        reader.ReadEndMap();
        return fields.ToEntry();
    }

    private static void ReadField(CborReader reader, ref Fields fields, Accounts accounts)
    {
        switch ((EntryField)reader.ReadInt32())
        {
            case EntryField.Name: fields.Name = reader.ReadByteString(); break;
            case EntryField.Kind: fields.Kind = checked((FileKind)reader.ReadUInt32()); break;
            case EntryField.Mode: fields.Mode = reader.ReadUInt32(); break;
            case EntryField.UserId: fields.UserId = reader.ReadUInt32(); break;
            case EntryField.GroupId: fields.GroupId = reader.ReadUInt32(); break;
            case EntryField.UserName: fields.UserName = accounts.Users.Read(reader); break;
            case EntryField.GroupName: fields.GroupName = accounts.Groups.Read(reader); break;
            case EntryField.ModifiedSeconds: fields.ModifiedSeconds = reader.ReadInt64(); break;
            case EntryField.ModifiedNanoseconds: fields.ModifiedNanoseconds = ReadNanoseconds(reader); break;
            case EntryField.CreatedSeconds: fields.CreatedSeconds = reader.ReadInt64(); break;
            case EntryField.CreatedNanoseconds: fields.CreatedNanoseconds = ReadNanoseconds(reader); break;
            case EntryField.Size: fields.Size = reader.ReadInt64(); break;
            case EntryField.Chunks: fields.Chunks = ReadMultiple(reader, ChunkReference.EncodedLength); break;
            case EntryField.ChunkLists: fields.ChunkLists = ReadMultiple(reader, Oid.Length); break;
            case EntryField.DataRanges: fields.DataRanges = ReadRanges(reader); break;
            case EntryField.LinkTarget: fields.LinkTarget = reader.ReadByteString(); break;
            case EntryField.HardLink: fields.HardLink = ReadHardLink(reader); break;
            case EntryField.ExtendedAttributes: fields.ExtendedAttributes = ReadAttributes(reader); break;
            case EntryField.SpecialDevice: fields.SpecialDevice = reader.ReadUInt64(); break;
            case EntryField.WindowsAttributes: fields.WindowsAttributes = reader.ReadUInt32(); break;
            case EntryField.SecurityDescriptor: fields.SecurityDescriptor = reader.ReadByteString(); break;
            case EntryField.Flags: fields.Flags = (EntryFlags)reader.ReadUInt32(); break;
            default: throw new CborContentException("A field is not known.");
        }
    }

    private static int ReadNanoseconds(CborReader reader) =>
        reader.ReadInt32() is >= 0 and < 1_000_000_000 and var value ? value : throw new CborContentException("A time is out of bounds.");

    private static byte[] ReadMultiple(CborReader reader, int unit)
    {
        var bytes = reader.ReadByteString();
        return bytes.Length % unit == 0 ? bytes : throw new CborContentException("A list of references is cut off.");
    }

    private static List<ByteRange> ReadRanges(CborReader reader)
    {
        var ranges = new List<ByteRange>();
        var end = 0L;
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            var range = new ByteRange(reader.ReadInt64(), reader.ReadInt64());
            if (range.Offset < end || range.Length < 0 || range.Offset > long.MaxValue - range.Length)
                throw new CborContentException("The ranges of a sparse file are out of order.");
            end = range.Offset + range.Length;
            ranges.Add(range);
        }

        reader.ReadEndArray();
        return ranges;
    }

    private static (ulong, ulong) ReadHardLink(CborReader reader)
    {
        reader.ReadStartArray();
        var link = (reader.ReadUInt64(), reader.ReadUInt64());
        reader.ReadEndArray();
        return link;
    }

    private static List<ExtendedAttribute> ReadAttributes(CborReader reader)
    {
        var attributes = new List<ExtendedAttribute>();
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
            attributes.Add(new ExtendedAttribute(reader.ReadByteString(), reader.ReadByteString()));
        reader.ReadEndArray();
        return attributes;
    }

    /// <summary>What has been read of an entry so far.</summary>
    private struct Fields
    {
        public byte[]? Name;
        public FileKind Kind;
        public uint? Mode, UserId, GroupId, WindowsAttributes;
        public string? UserName, GroupName;
        public long? ModifiedSeconds, CreatedSeconds;
        public int ModifiedNanoseconds, CreatedNanoseconds;
        public long Size;
        public byte[] Chunks, ChunkLists;
        public IReadOnlyList<ByteRange> DataRanges;
        public byte[]? LinkTarget, SecurityDescriptor;
        public (ulong, ulong)? HardLink;
        public IReadOnlyList<ExtendedAttribute> ExtendedAttributes;
        public ulong SpecialDevice;
        public EntryFlags Flags;

        public readonly TreeEntry ToEntry()
        {
            if (Name is null || ModifiedSeconds is not { } modified || !Enum.IsDefined(Kind) || Size < 0)
                throw new CborContentException("A field of the entry is missing or wrong.");
            return new TreeEntry
            {
                Name = Name,
                Metadata = new FileMetadata
                {
                    Kind = Kind,
                    Mode = Mode,
                    UserId = UserId,
                    GroupId = GroupId,
                    UserName = UserName,
                    GroupName = GroupName,
                    ModifiedTime = new FileTime(modified, ModifiedNanoseconds),
                    CreatedTime = CreatedSeconds is { } created ? new FileTime(created, CreatedNanoseconds) : null,
                    WindowsAttributes = WindowsAttributes,
                    SecurityDescriptor = SecurityDescriptor,
                    ExtendedAttributes = ExtendedAttributes,
                },
                Size = Size,
                Chunks = Chunks,
                ChunkLists = ChunkLists,
                DataRanges = DataRanges,
                LinkTarget = LinkTarget,
                HardLink = HardLink,
                SpecialDevice = SpecialDevice,
                Flags = Flags,
            };
        }
    }

    /// <summary>The names of owners, which are the same in nearly all entries of a page.</summary>
    private sealed class Accounts
    {
        public RepeatedText Users { get; } = new();

        public RepeatedText Groups { get; } = new();
    }

    /// <summary>Reads a text that is mostly the one that was read before, and then gives the same string.</summary>
    private sealed class RepeatedText
    {
        private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        private ReadOnlyMemory<byte> _bytes;
        private string _text = "";

        public string Read(CborReader reader)
        {
            var bytes = reader.ReadDefiniteLengthTextStringBytes();
            if (bytes.Span.SequenceEqual(_bytes.Span))
                return _text;
            try
            {
                _text = FileName.ToDisplay(Utf8.GetBytes(Utf8.GetString(bytes.Span)));
            }
            catch (DecoderFallbackException error)
            {
                throw new CborContentException("A text is no UTF-8.", error);
            }

            _bytes = bytes;
            return _text;
        }
    }
}

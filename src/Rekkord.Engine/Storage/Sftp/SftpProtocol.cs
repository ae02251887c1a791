using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>The packets of SFTP version 3 (draft-ietf-secsh-filexfer-02) that are used here.</summary>
internal enum SftpPacketType : byte
{
    Init = 1,
    Version = 2,
    Open = 3,
    Close = 4,
    Read = 5,
    Write = 6,
    LinkStatus = 7,
    OpenDirectory = 11,
    ReadDirectory = 12,
    Remove = 13,
    MakeDirectory = 14,
    FileStatus = 17,
    Rename = 18,
    Status = 101,
    Handle = 102,
    Data = 103,
    Name = 104,
    Attributes = 105,
    Extended = 200,
    ExtendedReply = 201,
}

/// <summary>The results that a server tells apart. Most errors are a mere failure.</summary>
internal enum SftpStatus : uint
{
    Ok = 0,
    EndOfFile = 1,
    NoSuchFile = 2,
    PermissionDenied = 3,
    Failure = 4,
    BadMessage = 5,
    NoConnection = 6,
    ConnectionLost = 7,
    Unsupported = 8,
}

/// <summary>How a file is opened.</summary>
[Flags]
internal enum SftpOpenModes : uint
{
    Read = 0x01,
    Write = 0x02,
    Create = 0x08,
    Exclusive = 0x20,
}

/// <summary>The extensions of OpenSSH, by the names under which a server announces them.</summary>
internal static class SftpExtensions
{
    public const string ReplacingRename = "posix-rename@openssh.com";
    public const string HardLink = "hardlink@openssh.com";
    public const string Flush = "fsync@openssh.com";
    public const string Limits = "limits@openssh.com";
    public const string FileSystemStatus = "statvfs@openssh.com";
}

/// <summary>What a server says of a file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="ModifiedTime">When it was last written.</param>
internal readonly record struct SftpAttributes(FileKind Kind, long Size, DateTimeOffset ModifiedTime);

/// <summary>A request while it is put together, in a buffer of the pool. The connection fills its number in.</summary>
internal sealed class SftpRequest
{
    // Length, type and number.
    private const int HeaderLength = 9, NumberOffset = 5;

    private byte[] _buffer;
    private int _length = HeaderLength;

    public SftpRequest(SftpPacketType type, int capacity = 512)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(HeaderLength + capacity);
        _buffer[4] = (byte)type;
    }

    /// <summary>How many bytes it and its answer move.</summary>
    public int Weight => _length + AnswerLength;

    /// <summary>How many bytes of content the answer has.</summary>
    public int AnswerLength { get; init; }

    /// <summary>An extension's request.</summary>
    public static SftpRequest Extended(string name) => new SftpRequest(SftpPacketType.Extended).Add(name);

    /// <summary>A request about a handle.</summary>
    public static SftpRequest For(SftpPacketType type, byte[] handle) => new SftpRequest(type).Add(handle);

    public SftpRequest Add(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Grow(sizeof(uint)), value);
        return this;
    }

    public SftpRequest Add(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Grow(sizeof(long)), value);
        return this;
    }

    public SftpRequest Add(ReadOnlySpan<byte> value)
    {
        Add((uint)value.Length);
        value.CopyTo(Grow(value.Length));
        return this;
    }

    public SftpRequest Add(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Add((uint)length);
        Encoding.UTF8.GetBytes(value, Grow(length));
        return this;
    }

    /// <summary>Room for content, which the caller fills.</summary>
    public Memory<byte> AddContent(int length)
    {
        Add((uint)length);
        Grow(length);
        return _buffer.AsMemory(_length - length, length);
    }

    /// <summary>The bytes to send.</summary>
    public ReadOnlySpan<byte> Complete(uint number)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer, _length - sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(NumberOffset), number);
        return _buffer.AsSpan(0, _length);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private Span<byte> Grow(int length)
    {
        if (_length + length > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_length + length);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        _length += length;
        return _buffer.AsSpan(_length - length, length);
    }
}

/// <summary>A server's answer. What it says is checked against its length: a server may send anything.</summary>
internal sealed class SftpReply(byte[] packet, int length) : IDisposable
{
    private const uint HasSize = 0x01, HasOwner = 0x02, HasPermissions = 0x04, HasTimes = 0x08, HasMore = 0x8000_0000;
    private const uint KindMask = 0xF000, Directory = 0x4000, RegularFile = 0x8000, Link = 0xA000, Fifo = 0x1000, CharacterDevice = 0x2000, BlockDevice = 0x6000;

    // Type, and number. The packet that begins a session has no number, and its version in that place.
    private int _position = 5;

    public SftpPacketType Type => (SftpPacketType)packet[0];

    public uint Number => BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(1));

    public bool HasRest => _position < length;

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    public ReadOnlySpan<byte> ReadBytes() => Take((int)Math.Min(ReadUInt32(), int.MaxValue));

    public string ReadString() => Encoding.UTF8.GetString(ReadBytes());

    public SftpAttributes ReadAttributes()
    {
        var flags = ReadUInt32();
        var size = (flags & HasSize) != 0 ? ReadInt64() : 0;
        if ((flags & HasOwner) != 0)
            Take(2 * sizeof(uint));
        var kind = (flags & HasPermissions) != 0 ? KindOf(ReadUInt32()) : FileKind.File;
        var modified = 0u;
        if ((flags & HasTimes) != 0)
        {
            Take(sizeof(uint));
            modified = ReadUInt32();
        }

        for (var more = (flags & HasMore) != 0 ? ReadUInt32() : 0; more > 0; more--)
        {
            ReadBytes();
            ReadBytes();
        }

        return size >= 0 ? new SftpAttributes(kind, size, DateTimeOffset.FromUnixTimeSeconds(modified)) : throw new InvalidDataException();
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(packet);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > length - _position)
            throw new InvalidDataException();
        _position += count;
        return packet.AsSpan(_position - count, count);
    }

    private static FileKind KindOf(uint permissions) => (permissions & KindMask) switch
    {
        // A server that tells no kind has files only.
        RegularFile or 0 => FileKind.File,
        Directory => FileKind.Directory,
        Link => FileKind.SymbolicLink,
        Fifo => FileKind.Fifo,
        CharacterDevice => FileKind.CharacterDevice,
        BlockDevice => FileKind.BlockDevice,
        _ => FileKind.Socket,
    };
}

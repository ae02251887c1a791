using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Rekkord.Engine.Native.Messages;

/// <summary>
/// Writes the values of a message one after another. Nothing says what they are: both sides are made from the same code, which
/// <see cref="EngineLibrary"/> checks.
/// </summary>
internal sealed class MessageWriter
{
    private byte[] _bytes = new byte[256];
    private int _length;

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    public void Write(bool value) => Write(value ? 1 : 0);

    public void Write(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), value);

    public void Write(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), value);

    public void Write(TimeSpan value) => Write(value.Ticks);

    public void Write(TimeSpan? value)
    {
        Write(value is not null);
        Write(value.GetValueOrDefault());
    }

    public void Write(DateTimeOffset value)
    {
        Write(value.Ticks);
        Write(value.Offset);
    }

    public void Write(DateTimeOffset? value)
    {
        Write(value is not null);
        Write(value.GetValueOrDefault());
    }

    public void Write(ReadOnlySpan<byte> value)
    {
        Write(value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>Writes text as it is, also what is no valid Unicode.</summary>
    public void Write(string? value)
    {
        Write(value is not null);
        if (value is not null)
            Write(MemoryMarshal.AsBytes(value.AsSpan()));
    }

    /// <summary>Writes texts, and first how many they are.</summary>
    public void Write(IReadOnlyCollection<string> values)
    {
        Write(values.Count);
        foreach (var value in values)
            Write(value);
    }

    private Span<byte> Take(int length)
    {
        if (_bytes.Length - _length < length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + length));
        _length += length;
        return _bytes.AsSpan(_length - length, length);
    }
}

/// <summary>Reads what a <see cref="MessageWriter"/> wrote, in the same order.</summary>
/// <param name="bytes">The message.</param>
internal sealed class MessageReader(byte[] bytes)
{
    private int _position;

    public bool ReadBoolean() => ReadInt32() != 0;

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public TimeSpan ReadTimeSpan() => new(ReadInt64());

    public TimeSpan? ReadOptionalTimeSpan()
    {
        var isGiven = ReadBoolean();
        var value = ReadTimeSpan();
        return isGiven ? value : null;
    }

    public DateTimeOffset ReadTime() => new(ReadInt64(), ReadTimeSpan());

    public DateTimeOffset? ReadOptionalTime()
    {
        var isGiven = ReadBoolean();
        var value = ReadTime();
        return isGiven ? value : null;
    }

    public ReadOnlySpan<byte> ReadBytes() => Take(ReadInt32());

    public string? ReadOptionalString() => ReadBoolean() ? new string(MemoryMarshal.Cast<byte, char>(ReadBytes())) : null;

    public string ReadString() => ReadOptionalString()!;

    public string[] ReadStrings()
    {
        var values = new string[ReadInt32()];
        for (var i = 0; i < values.Length; i++)
            values[i] = ReadString();
        return values;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        _position += length;
        return bytes.AsSpan(_position - length, length);
    }
}

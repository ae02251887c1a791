namespace Rekkord.Engine.Objects;

/// <summary>Unsigned numbers in as few bytes as they need: LEB128, seven bits a byte, low bits first.</summary>
internal static class VarInt
{
    public const int MaxLength = 10;

    public static void Write(System.Buffers.IBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan(MaxLength);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        output.Advance(length);
    }

    /// <summary>Reads a number that must lie within a bound.</summary>
    /// <exception cref="InvalidDataException">The bytes end, or the number exceeds the bound.</exception>
    public static int Read(ref ReadOnlySpan<byte> input, int maximum)
    {
        var value = 0UL;
        for (var shift = 0; shift < 63 && !input.IsEmpty; shift += 7)
        {
            var current = input[0];
            input = input[1..];
            value |= (ulong)(current & 0x7f) << shift;
            if (current < 0x80)
                return value <= (ulong)maximum ? (int)value : throw new InvalidDataException("A length is out of bounds.");
        }

        throw new InvalidDataException("A number is cut off.");
    }
}

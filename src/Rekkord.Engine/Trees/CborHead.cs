using System.Buffers.Binary;

namespace Rekkord.Engine.Trees;

/// <summary>The head of a CBOR array in its shortest form (RFC 8949, section 3), for pages whose entries are encoded already.</summary>
internal static class CborHead
{
    private const byte ArrayType = 0x80;

    public static int ArrayLength(int count) => count switch { < 24 => 1, < 0x100 => 2, < 0x10000 => 3, _ => 5 };

    /// <summary>Writes the head.</summary>
    /// <returns>Its length in bytes.</returns>
    public static int WriteArray(Span<byte> destination, int count)
    {
        var length = ArrayLength(count);
        switch (length)
        {
            case 1:
                destination[0] = (byte)(ArrayType | count);
                break;
            case 2:
                destination[0] = ArrayType | 24;
                destination[1] = (byte)count;
                break;
            case 3:
                destination[0] = ArrayType | 25;
                BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)count);
                break;
            default:
                destination[0] = ArrayType | 26;
                BinaryPrimitives.WriteInt32BigEndian(destination[1..], count);
                break;
        }

        return length;
    }
}

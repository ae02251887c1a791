using System.Buffers.Binary;
using System.Formats.Cbor;

namespace Rekkord.Fuzzing;

/// <summary>Changes CBOR (RFC 8949) item by item, so that what comes out is mostly well-formed and gets far into a parser.</summary>
internal static class CborMutator
{
    private static readonly ulong[] Lengths =
        [0, 1, 23, 24, 255, 256, 65_535, 65_536, int.MaxValue, 0x8000_0000, uint.MaxValue, 0x1_0000_0000, long.MaxValue, ulong.MaxValue];

    /// <summary>One change; null when the bytes are no CBOR.</summary>
    public static byte[]? Change(byte[] input, Random random, IReadOnlyList<byte[]> words)
    {
        var items = Items(input);
        if (items.Count == 0)
            return null;
        var (start, end) = items[random.Next(items.Count)];
        var item = input[start..end];
        byte[] with = random.Next(10) switch
        {
            0 => [.. item, .. item],
            1 => [],
            2 => Pick(input, items, random),
            3 => [.. Pick(input, items, random), .. item],
            4 => Nest(item, random.Next(6) == 0 ? random.Next(1, 20_000) : 1),
            5 => [.. Head(item[0] >> 5, Lengths[random.Next(Lengths.Length)]), .. item[1..]],
            6 => Head(random.Next(2), Lengths[random.Next(Lengths.Length)]),
            7 => [(byte)((item[0] & 0x1f) | (random.Next(8) << 5)), .. item[1..]],
            8 => Text(item, random, words),
            _ => Resize(item, random),
        };
        return [.. input[..start], .. with, .. input[end..]];
    }

    /// <summary>The places of all items, those within others too.</summary>
    private static List<(int Start, int End)> Items(byte[] input)
    {
        var items = new List<(int, int)>();
        try
        {
            var reader = new CborReader(input, CborConformanceMode.Lax, allowMultipleRootLevelValues: true);
            var open = new Stack<int>();
            while (reader.PeekState() is not CborReaderState.Finished and var state)
            {
                var start = input.Length - reader.BytesRemaining;
                switch (state)
                {
                    case CborReaderState.StartArray: reader.ReadStartArray(); open.Push(start); break;
                    case CborReaderState.StartMap: reader.ReadStartMap(); open.Push(start); break;
                    case CborReaderState.EndArray: reader.ReadEndArray(); items.Add((open.Pop(), input.Length - reader.BytesRemaining)); break;
                    case CborReaderState.EndMap: reader.ReadEndMap(); items.Add((open.Pop(), input.Length - reader.BytesRemaining)); break;
                    default: reader.SkipValue(); items.Add((start, input.Length - reader.BytesRemaining)); break;
                }
            }
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            // What was found before the damage is enough to work on.
            return items;
        }

        return items;
    }

    private static byte[] Pick(byte[] input, List<(int Start, int End)> items, Random random)
    {
        var (start, end) = items[random.Next(items.Count)];
        return input[start..end];
    }

    private static byte[] Nest(byte[] item, int depth) => [.. Enumerable.Repeat((byte)0x81, depth), .. item];

    /// <summary>Puts a word into a byte or text string, or bytes of any length.</summary>
    private static byte[] Text(byte[] item, Random random, IReadOnlyList<byte[]> words)
    {
        var type = item[0] >> 5 == 3 ? 3 : 2;
        var text = words.Count > 0 && random.Next(4) > 0 ? words[random.Next(words.Count)] : new byte[random.Next(300)];
        return [.. Head(type, (ulong)text.Length), .. text];
    }

    /// <summary>Inserts or removes some bytes of a byte or text string, whose length stays right.</summary>
    private static byte[] Resize(byte[] item, Random random)
    {
        var type = item[0] >> 5;
        var head = (item[0] & 0x1f) switch { 24 => 2, 25 => 3, 26 => 5, _ => 1 };
        if (type is not (2 or 3) || item.Length < head)
            return item;
        var content = item[head..];
        var at = random.Next(content.Length + 1);
        var count = random.Next(1, 5);
        byte[] resized = random.Next(2) == 0
            ? [.. content[..at], .. RandomBytes(random, count), .. content[at..]]
            : [.. content[..at], .. content[Math.Min(content.Length, at + count)..]];
        return [.. Head(type, (ulong)resized.Length), .. resized];
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Head(int type, ulong value)
    {
        var major = (byte)(type << 5);
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return value switch
        {
            < 24 => [(byte)(major | (byte)value)],
            <= byte.MaxValue => [(byte)(major | 24), bytes[7]],
            <= ushort.MaxValue => [(byte)(major | 25), .. bytes[6..]],
            <= uint.MaxValue => [(byte)(major | 26), .. bytes[4..]],
            _ => [(byte)(major | 27), .. bytes],
        };
    }
}

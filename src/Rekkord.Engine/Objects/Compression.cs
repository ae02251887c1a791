using System.Buffers.Binary;
using ZstdSharp;

namespace Rekkord.Engine.Objects;

/// <summary>Small bodies compressed whole: their length before compression (32 bits, little-endian), then one Zstandard frame.</summary>
internal static class Compression
{
    private const int Level = 3;

    // No block of a frame is shorter, or gives more (RFC 8878, 3.1.1.2): what claims more is refused before it takes memory.
    private const int ShortestBlock = 4;
    private const int LongestBlock = 128 * 1024;

    public static byte[] Compress(ReadOnlySpan<byte> body)
    {
        using var output = new PooledBufferWriter();
        Compress(body, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Compresses a body and appends the result.</summary>
    public static void Compress(ReadOnlySpan<byte> body, PooledBufferWriter output)
    {
        using var compressor = new Compressor(Level);
        var place = output.GetSpan(sizeof(int) + Compressor.GetCompressBound(body.Length));
        BinaryPrimitives.WriteInt32LittleEndian(place, body.Length);
        output.Advance(sizeof(int) + compressor.Wrap(body, place[sizeof(int)..]));
    }

    /// <exception cref="InvalidDataException">The bytes are damaged, or longer than <paramref name="maximumLength"/> once decompressed.</exception>
    public static byte[] Decompress(ReadOnlySpan<byte> bytes, int maximumLength)
    {
        if (bytes.Length < sizeof(int))
            throw new InvalidDataException("The compressed body is cut off.");
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var frame = bytes[sizeof(int)..];
        if (length < 0 || length > maximumLength || length > frame.Length / ShortestBlock * (long)LongestBlock)
            throw new InvalidDataException("The compressed body's length is wrong.");
        var body = new byte[length];
        using var decompressor = new Decompressor();
        Decompress(decompressor, frame, body);
        return body;
    }

    /// <summary>Decompresses a frame that must give exactly as many bytes as the destination has.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public static void Decompress(Decompressor decompressor, ReadOnlySpan<byte> frame, Span<byte> destination)
    {
        try
        {
            if (decompressor.Unwrap(frame, destination) != destination.Length)
                throw new InvalidDataException("The compressed bytes give another length than was recorded.");
        }
        catch (ZstdException error)
        {
            throw new InvalidDataException($"The compressed bytes are damaged ({error.Message}).", error);
        }
    }
}

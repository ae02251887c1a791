namespace Rekkord.Engine.Tests;

/// <summary>Bytes made from valid ones as damage or a hostile writer would make them.</summary>
internal static class Malformed
{
    /// <summary>The bytes cut off at every place, with each byte changed, and with many random changes, always the same.</summary>
    public static IEnumerable<byte[]> From(byte[] valid, int randomCount)
    {
        for (var length = 0; length < valid.Length; length++)
            yield return valid[..length];
        for (var i = 0; i < valid.Length; i++)
        {
            yield return With(valid, bytes => bytes[i] ^= 0x80);
            yield return With(valid, bytes => bytes[i] = 0xff);
            yield return With(valid, bytes => bytes[i]++);
        }

        var random = new Random(1);
        for (var i = 0; i < randomCount; i++)
        {
            yield return With(valid, bytes =>
            {
                for (var changes = random.Next(1, 6); changes > 0; changes--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            });
        }

        yield return [.. valid, 0];
        yield return [.. valid, .. valid];
    }

    private static byte[] With(byte[] valid, Action<byte[]> change)
    {
        var bytes = valid.ToArray();
        change(bytes);
        return bytes;
    }
}

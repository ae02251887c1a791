using System.Runtime.InteropServices;
using System.Text;

namespace Rekkord.Benchmarks.Inputs;

/// <summary>
/// Content that is the same in every run: random bytes, and text that compresses about as source code does. The generator is
/// xorshift64* (S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016).
/// </summary>
internal sealed class RandomContent(ulong seed)
{
    private const int VocabularySize = 4096;

    private static readonly byte[][] Vocabulary = CreateVocabulary();

    private ulong _state = (seed * 0x9e3779b97f4a7c15) | 1;

    /// <summary>A number from 0 to one below the limit.</summary>
    public int Next(int limit) => (int)((Next() >> 33) % (ulong)limit);

    public void FillRandom(Span<byte> bytes)
    {
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(bytes))
            word = Next();
        for (var i = bytes.Length & ~7; i < bytes.Length; i++)
            bytes[i] = (byte)Next();
    }

    /// <summary>Fills with words, frequent ones often.</summary>
    public void FillText(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var random = Next();
            var bound = 1 << (4 + (int)(random & 7) + (int)((random >> 3) & 1));
            var word = Vocabulary[(int)(random >> 40) % Math.Min(bound, VocabularySize)];
            var length = Math.Min(word.Length, bytes.Length);
            word.AsSpan(0, length).CopyTo(bytes);
            bytes = bytes[length..];
        }
    }

    /// <summary>Fills with what a disk has: blocks of 64 KiB, three in ten empty, four text, three random.</summary>
    public void FillMixed(Span<byte> bytes)
    {
        const int block = 64 * 1024;
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(block, bytes.Length)..])
        {
            var part = bytes[..Math.Min(block, bytes.Length)];
            switch (Next(10))
            {
                case < 3: part.Clear(); break;
                case < 7: FillText(part); break;
                default: FillRandom(part); break;
            }
        }
    }

    private static byte[][] CreateVocabulary()
    {
        var random = new RandomContent(2026);
        return [.. Enumerable.Range(0, VocabularySize).Select(_ => CreateWord(random))];
    }

    private static byte[] CreateWord(RandomContent random)
    {
        var letters = Enumerable.Range(0, 2 + random.Next(9)).Select(_ => (char)('a' + random.Next(26)));
        var separator = random.Next(12) switch { 0 => "\n    ", 1 => ", ", 2 => ".", 3 => "(", _ => " " };
        return Encoding.ASCII.GetBytes(string.Concat(letters) + separator);
    }

    private ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545f4914f6cdd1d;
    }
}

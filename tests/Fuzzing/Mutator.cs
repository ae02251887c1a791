using System.Buffers.Binary;

namespace Rekkord.Fuzzing;

/// <summary>Makes hostile inputs of valid ones, always the same for a seed: one to six changes each, by bytes, by lengths, by words, and by CBOR items.</summary>
internal sealed class Mutator
{
    private const int MaximumLength = 64 * 1024;
    private const int MaximumChanges = 6;
    private const int MaximumKept = 4096;
    private const int Recent = 16;

    private static readonly long[] Extremes =
    [
        0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
        long.MaxValue, long.MinValue, long.MaxValue - 7, 64L << 20, (64L << 20) + 1, 128L << 20,
    ];

    private readonly FuzzTarget _target;
    private readonly Random _random;
    private readonly List<byte[]> _kept = [];

    public Mutator(FuzzTarget target, int seed)
    {
        _target = target;
        _random = new Random(seed);
    }

    /// <summary>The inputs that were worth parsing.</summary>
    public IReadOnlyList<byte[]> Kept => _kept;

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        var input = Seed();
        for (var changes = _random.Next(2) == 0 ? 1 : _random.Next(2, MaximumChanges + 1); changes > 0; changes--)
            input = Change(input);
        return input.Length <= MaximumLength ? input : input[..MaximumLength];
    }

    /// <summary>Tells of an input that was worth parsing: further ones are made from it too.</summary>
    public void Keep(byte[] input)
    {
        if (_kept.Count < MaximumKept)
            _kept.Add(input);
        else
            _kept[_random.Next(MaximumKept)] = input;
    }

    /// <summary>An input to change: a valid one, or one that was kept, and of those the latest more often, as they lead to where no other was.</summary>
    private byte[] Seed()
    {
        if (_kept.Count == 0 || _random.Next(4) == 0)
            return _target.Seeds[_random.Next(_target.Seeds.Count)];
        return _kept[_random.Next(3) == 0 ? Math.Max(0, _kept.Count - 1 - _random.Next(Recent)) : _random.Next(_kept.Count)];
    }

    private byte[] Change(byte[] input)
    {
        if (input.Length == 0)
            return Seed();
        if (_target.IsCbor && _random.Next(3) > 0 && CborMutator.Change(input, _random, _target.Words) is { } changed)
            return changed;
        return _random.Next(10) switch
        {
            0 or 1 => Copy(input, bytes => bytes[Place(bytes)] ^= (byte)(1 << _random.Next(8))),
            2 => Copy(input, bytes => bytes[Place(bytes)] = (byte)_random.Next(256)),
            3 => input[..Place(input)],
            4 => Remove(input),
            5 => Repeat(input),
            6 => Splice(input, Seed()),
            7 or 8 => Copy(input, SetLength),
            _ => Insert(input),
        };
    }

    private int Place(byte[] bytes) => _random.Next(bytes.Length);

    private static byte[] Copy(byte[] input, Action<byte[]> change)
    {
        var bytes = (byte[])input.Clone();
        change(bytes);
        return bytes;
    }

    private byte[] Remove(byte[] input)
    {
        var start = Place(input);
        var length = Math.Min(_random.Next(1, 64), input.Length - start);
        return [.. input[..start], .. input[(start + length)..]];
    }

    private byte[] Repeat(byte[] input)
    {
        var start = Place(input);
        var piece = input[start..Math.Min(input.Length, start + _random.Next(1, 64))];
        var times = _random.Next(8) == 0 ? _random.Next(1, 2000) : 1;
        return [.. input[..start], .. Enumerable.Repeat(piece, times).SelectMany(bytes => bytes).Take(MaximumLength), .. input[start..]];
    }

    private byte[] Splice(byte[] input, byte[] other) => [.. input[..Place(input)], .. other[_random.Next(other.Length + 1)..]];

    /// <summary>Puts a number at the edge of some type where a length may stand, in either byte order.</summary>
    private void SetLength(byte[] bytes)
    {
        var value = Extremes[_random.Next(Extremes.Length)];
        var width = 1 << _random.Next(4);
        var place = Place(bytes);
        Span<byte> encoded = stackalloc byte[8];
        if (_random.Next(2) == 0)
            BinaryPrimitives.WriteInt64LittleEndian(encoded, value);
        else
            BinaryPrimitives.WriteInt64BigEndian(encoded, value << (8 * (8 - width)));
        encoded[..Math.Min(width, bytes.Length - place)].CopyTo(bytes.AsSpan(place));
    }

    private byte[] Insert(byte[] input)
    {
        var place = Place(input);
        var piece = _target.Words.Count > 0 ? _target.Words[_random.Next(_target.Words.Count)] : new byte[_random.Next(1, 16)];
        var replaced = _random.Next(2) == 0 ? Math.Min(piece.Length, input.Length - place) : 0;
        return [.. input[..place], .. piece, .. input[(place + replaced)..]];
    }
}

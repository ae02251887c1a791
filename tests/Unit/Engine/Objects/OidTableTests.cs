using Rekkord.Engine.Objects;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Tests.Objects;

/// <summary>Whoever writes to a repository can write directories of IDs of their choice: no choice may make a table slow.</summary>
public sealed class OidTableTests
{
    private const int Count = 100_000;

    public static TheoryData<string, Func<int, byte[]>> Chosen => new()
    {
        { "the same beginning", i => Bytes(0x0123456789abcdef, 0, 0, i) },
        { "the same but for the second word", i => Bytes(7, i, 7, 7) },
        { "rising slowly", i => Bytes(i, 0, 0, 0) },
        { "rising in large steps", i => Bytes((long)i << 40, 1, 2, 3) },
        { "at the end", i => Bytes(-1, -1, -1, -1 - i) },
        { "two words that cancel out", i => Bytes(i, i, 5, 5) },
    };

    [Theory]
    [MemberData(nameof(Chosen))]
    public void Identifiers_of_somebody_elses_choice_are_found_as_fast_as_others(string kind, Func<int, byte[]> choose)
    {
        var table = new OidTable<Entry>();
        var chosen = Enumerable.Range(1, Count).Select(i => new Oid(choose(i))).ToArray();
        foreach (var oid in chosen)
            Assert.True(table.TryAdd(new Entry(oid)), kind);

        // Knuth has 2.5 for a table that is three quarters full; were they all in one place, it would be 50,000.
        Assert.InRange(chosen.Average(oid => table.CountProbes(oid)), 0, 20);
        Assert.InRange(chosen.Select(oid => oid.GetHashCode()).Distinct().Count(), Count - 100, Count);
    }

    private static byte[] Bytes(params ReadOnlySpan<long> words)
    {
        var bytes = new byte[Oid.Length];
        for (var i = 0; i < words.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * sizeof(long)), words[i]);
        return bytes;
    }

    private readonly record struct Entry(Oid Oid) : IOidEntry;
}

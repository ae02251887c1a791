using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Rekkord.Fuzzing.Coverage;

/// <summary>
/// What the inputs of one run reached. Instrumented code counts each step from one branch to the next in a map of 64 KiB, as AFL does
/// (Zalewski, "Technical whitepaper for afl-fuzz"); a count falls into one of eight buckets, and an input that reaches a new bucket
/// is worth changing further.
/// </summary>
internal sealed unsafe class CoverageMap
{
    private const int Size = 1 << 16;

    // Never freed: finalizers of instrumented types may count until the process ends.
    private static readonly byte* Counts = (byte*)NativeMemory.AllocZeroed(Size);

    private static readonly byte[] Buckets = [.. Enumerable.Range(0, 256).Select(Bucket)];

    private readonly byte[] _reached = new byte[Size];

    /// <summary>How many steps from branch to branch were reached.</summary>
    public int Edges => Size - _reached.AsSpan().Count((byte)0);

    private static Span<byte> Current => new(Counts, Size);

    /// <summary>Gives instrumented code its map; before that it must not run.</summary>
    public static void Attach() => Trace.SharedMem = Counts;

#pragma warning disable CA1822 // There is one map for the process; code without an instance does not count.
    /// <summary>Forgets what was counted, before an input.</summary>
    public void Begin()
    {
        Current.Clear();
        Trace.PrevLocation = 0;
    }
#pragma warning restore CA1822

    /// <summary>
    /// Whether the input that was just run reached something new. It is run once more then, and only what both runs reached counts: what
    /// another thread did, or what happens at a first use only, is not the input's doing.
    /// </summary>
    /// <param name="again">Runs the input.</param>
    public bool Add(Action again)
    {
        if (!HasNew(Current))
            return false;
        var first = Current.ToArray();
        Begin();
        again();
        var second = Current;
        var isNew = false;
        for (var i = 0; i < Size; i++)
        {
            var both = (byte)(Buckets[first[i]] & Buckets[second[i]] & ~_reached[i]);
            isNew |= both != 0;
            _reached[i] |= both;
        }

        return isNew;
    }

    private bool HasNew(ReadOnlySpan<byte> counts)
    {
        for (var at = 0; at < Size; at++)
        {
            // Nearly all of the map is empty.
            var next = counts[at..].IndexOfAnyExcept((byte)0);
            if (next < 0)
                return false;
            at += next;
            if ((Buckets[counts[at]] & ~_reached[at]) != 0)
                return true;
        }

        return false;
    }

    /// <summary>One bit for 1, 2, 3, 4–7, 8–15, 16–31, 32–127 and more.</summary>
    private static byte Bucket(int count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}

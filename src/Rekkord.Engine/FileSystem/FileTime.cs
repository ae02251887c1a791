namespace Rekkord.Engine.FileSystem;

/// <summary>A point in time as Unix file systems keep it. Unlike a count of nanoseconds in 64 bits it does not end in 2262.</summary>
/// <param name="Seconds">Whole seconds since 1970-01-01T00:00:00Z; negative before.</param>
/// <param name="Nanoseconds">Nanoseconds within the second, 0 to 999,999,999.</param>
public readonly record struct FileTime(long Seconds, int Nanoseconds) : IComparable<FileTime>
{
    private const long MinSeconds = -62_135_596_800; // 0001-01-01T00:00:00Z
    private const long MaxSeconds = 253_402_300_799; // 9999-12-31T23:59:59Z

    /// <summary>The time now, to the clock's resolution (100 ns at best).</summary>
    public static FileTime Now => FromDateTimeOffset(DateTimeOffset.UtcNow);

    /// <summary>Converts from .NET's time, exactly (its unit is 100 ns).</summary>
    public static FileTime FromDateTimeOffset(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }

        return new FileTime(seconds, (int)rest * 100);
    }

    /// <summary>Converts to .NET's time, cut to 100 ns and clamped to the years 1 to 9999 that it can express.</summary>
    public DateTimeOffset ToDateTimeOffset() => Seconds switch
    {
        < MinSeconds => DateTimeOffset.MinValue,
        > MaxSeconds => DateTimeOffset.MaxValue,
        _ => DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / 100),
    };

    /// <inheritdoc/>
    public int CompareTo(FileTime other)
    {
        var bySeconds = Seconds.CompareTo(other.Seconds);
        return bySeconds != 0 ? bySeconds : Nanoseconds.CompareTo(other.Nanoseconds);
    }

    /// <summary>Whether <paramref name="left"/> is earlier than <paramref name="right"/>.</summary>
    public static bool operator <(FileTime left, FileTime right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is later than <paramref name="right"/>.</summary>
    public static bool operator >(FileTime left, FileTime right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is not later than <paramref name="right"/>.</summary>
    public static bool operator <=(FileTime left, FileTime right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is not earlier than <paramref name="right"/>.</summary>
    public static bool operator >=(FileTime left, FileTime right) => left.CompareTo(right) >= 0;
}

using System.Globalization;
using System.Text;

namespace Rekkord.Engine.Configuration;

/// <summary>Lengths of time as the configuration writes them: <c>90s</c>, <c>10m</c>, <c>2h30m</c>, <c>30d</c>, <c>1w</c>.</summary>
public static class ConfigDuration
{
    /// <summary>The longest there is: a hundred years.</summary>
    public static readonly TimeSpan Maximum = TimeSpan.FromDays(36_500);

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("w", TimeSpan.FromDays(7)), ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)),
        ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
    ];

    /// <summary>
    /// Reads a length of time: whole numbers each followed by a unit, larger units first, each unit once; longer than zero.
    /// </summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        duration = TimeSpan.Zero;
        var nextUnit = 0;
        for (var at = 0; at < text.Length;)
        {
            var digits = 0;
            while (at + digits < text.Length && char.IsAsciiDigit(text[at + digits]))
                digits++;
            // Nine digits fit an int, and as many seconds are still under the maximum.
            if (digits is 0 or > 9 || at + digits == text.Length)
                return false;

            var unit = Array.FindIndex(Units, nextUnit, candidate => candidate.Unit[0] == text[at + digits]);
            if (unit < 0)
                return false;
            var count = int.Parse(text.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture);
            if (count > (Maximum - duration) / Units[unit].Length)
                return false;
            duration += Units[unit].Length * count;
            nextUnit = unit + 1;
            at += digits + 1;
        }

        return duration > TimeSpan.Zero;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads back; parts of a second are left out.</summary>
    public static string Format(TimeSpan duration)
    {
        var text = new StringBuilder();
        foreach (var (unit, length) in Units)
        {
            var count = duration.Ticks / length.Ticks;
            if (count == 0)
                continue;
            text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
            duration -= length * count;
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }
}

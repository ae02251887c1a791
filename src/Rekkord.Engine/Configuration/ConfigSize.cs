using System.Globalization;

namespace Rekkord.Engine.Configuration;

/// <summary>Numbers of bytes as the configuration and PowerShell write them: <c>500KB</c>, <c>2MB</c>, <c>1GB</c>, with 1,024 from one unit to the next.</summary>
public static class ConfigSize
{
    /// <summary>The largest there is: a pebibyte.</summary>
    public const long Maximum = 1L << 50;

    private static readonly (string Unit, long Length)[] Units = [("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10), ("B", 1)];

    /// <summary>Reads a number of bytes: a whole number, with a unit or without, larger than zero.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string text, out long size)
    {
        ArgumentNullException.ThrowIfNull(text);
        size = 0;
        var (unit, length) = Array.Find(Units, unit => text.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase));
        var digits = text.AsSpan(0, text.Length - (unit?.Length ?? 0));
        length = unit is null ? 1 : length;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0 || number > Maximum / length)
            return false;
        size = number * length;
        return true;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads back.</summary>
    public static string Format(long size)
    {
        var (unit, length) = Array.Find(Units, unit => size % unit.Length == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{size / length}{unit}");
    }
}

using System.Globalization;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>Sizes as people read them, in progress and messages.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Format(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.CurrentCulture, $"{value:0.#} {Units[unit]}");
    }
}

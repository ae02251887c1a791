using System.Text;

namespace Rekkord.Fuzzing.Targets;

/// <summary>Pieces that have broken readers of such bytes before.</summary>
internal static class Hostile
{
    /// <summary>Names that no file may be restored under, links that lead away, and text that is none.</summary>
    public static IReadOnlyList<byte[]> Names { get; } =
    [
        .. new[] { "..", ".", "/", "../outside", "../../outside", "/outside", "a/b", "nul\0name", "", "\\", "C:", "trap", "TRAP", "../", "…", "\n", "%s%n" }.Select(Encoding.UTF8.GetBytes),
        [0xff],
        [0xc0, 0xaf],
        new byte[256],
        [.. Enumerable.Repeat((byte)'a', 5000)],
    ];

    /// <summary>What configurations are made of.</summary>
    public static IReadOnlyList<byte[]> Configuration { get; } =
    [
        .. new[]
        {
            "[", "]", "[[", "]]", "{", "}", "=", "\"", "\"\"\"", "'''", "'", "#", ";", "\n", "\r", "\t", ".", ",", "[Repository]", "[Hooks]", "[Settings]", "URL", "Threads",
            "HookTimeout", "KeyFile", "true", "1e999", "0x", "9223372036854775808", "-9223372036854775808", "nan", "1979-05-27T07:32:00Z", "\\u0000", "\\UFFFFFFFF", "\ufeff",
            "2h30m", "999999999w", "[a.b.c]", "a = {b = {c = ", "Threads = [", "\"a\".\"b\" = 1", "\0",
        }.Select(Encoding.UTF8.GetBytes),
        [.. Enumerable.Repeat((byte)'[', 200)],
        [.. Enumerable.Repeat("{a="u8.ToArray(), 200).SelectMany(opening => opening)],
        [0xff, 0xfe],
        [0xf0, 0x9f, 0x98],
    ];
}

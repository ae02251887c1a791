using System.Text;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Patterns;

/// <summary>
/// PowerShell's wildcards, as <c>-like</c> reads them: <c>*</c> any characters, <c>?</c> one, <c>[ot]</c> and <c>[a-z]</c> one of a set,
/// a backtick before one of these takes it literally. Here none of them stands for a separator, but <c>**</c> does.
/// </summary>
internal static class Wildcard
{
    /// <summary>Takes the character after it literally.</summary>
    public const char Escape = '`';

    /// <summary>Whether a text has anything but literal characters.</summary>
    public static bool IsIn(ReadOnlySpan<char> text) => text.IndexOfAny("*?[`") >= 0;

    /// <summary>A pattern that stands for a text literally.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is '*' or '?' or '[' or ']' or Escape)
                quoted.Append(Escape);
            quoted.Append(character);
        }

        return quoted.ToString();
    }

    /// <summary>The one text that a pattern stands for; null when it may stand for several.</summary>
    public static string? Unquote(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] is '*' or '?' or '[')
                return null;
            if (pattern[i] == Escape && i + 1 < pattern.Length)
                i++;
            text.Append(pattern[i]);
        }

        return text.ToString();
    }

    /// <summary>Whether a name is one that a pattern of names stands for.</summary>
    /// <exception cref="RekkordException">A set has no end, or a separator in it (<c>PatternInvalid</c>).</exception>
    public static Func<string, bool> Matcher(string pattern, bool ignoreCase)
    {
        if (Unquote(pattern) is { } literal)
            return name => name.Equals(literal, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        return new WildcardExpression(pattern, ignoreCase).IsMatch;
    }
}

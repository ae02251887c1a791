using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Patterns;

/// <summary>
/// PowerShell's wildcards, as <c>-like</c> reads them: <c>*</c> any characters, <c>?</c> one, <c>[ot]</c> and <c>[a-z]</c> one of a set,
/// a backtick before one of these takes it literally. Here none of them stands for a separator, but <c>**</c> does.
/// </summary>
internal static class Wildcard
{
    private const char Escape = '`';

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
        return ToRegex($"^{ToExpression(pattern)}$", ignoreCase).IsMatch;
    }

    /// <summary>A regular expression that takes time in proportion to what it is matched against.</summary>
    public static Regex ToRegex(string expression, bool ignoreCase) => new(
        expression,
        RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));

    /// <summary>The regular expression, without anchors, for a pattern.</summary>
    /// <exception cref="RekkordException">A set has no end, or a separator in it (<c>PatternInvalid</c>).</exception>
    public static string ToExpression(string pattern)
    {
        var expression = new StringBuilder();
        for (var i = 0; i < pattern.Length;)
        {
            var rest = pattern.AsSpan(i);
            (var text, var length) = rest[0] switch
            {
                '*' when rest.StartsWith("**/") => ("(?:.*/)?", 3),
                '*' when rest.StartsWith("**") => (".*", 2),
                '*' => ("[^/]*", 1),
                '?' => ("[^/]", 1),
                '[' => ReadSet(rest),
                Escape when rest.Length > 1 => (Literal(rest[1]), 2),
                _ => (Literal(rest[0]), 1),
            };
            expression.Append(text);
            i += length;
        }

        return expression.ToString();
    }

    private static (string Expression, int Length) ReadSet(ReadOnlySpan<char> pattern)
    {
        var set = new StringBuilder("[");
        var i = 1;
        while (i < pattern.Length && (pattern[i] != ']' || i == 1))
        {
            var first = ReadMember(pattern, ref i);
            set.Append(Literal(first));
            if (i + 1 >= pattern.Length || pattern[i] != '-' || pattern[i + 1] == ']')
                continue;
            i++;
            var last = ReadMember(pattern, ref i);
            if (last < first)
                throw Invalid($"in '{pattern}' a range ends before it begins");
            set.Append('-').Append(Literal(last));
        }

        return i < pattern.Length
            ? (set.Append("-[/]]").ToString(), i + 1)
            : throw Invalid($"'{pattern}' has no ']'. Write '{Escape}[' if you mean a bracket");
    }

    private static char ReadMember(ReadOnlySpan<char> pattern, ref int i)
    {
        if (pattern[i] == Escape && i + 1 < pattern.Length)
            i++;
        return pattern[i] != '/' ? pattern[i++] : throw Invalid($"'{pattern}' has a separator in a set of characters");
    }

    private static RekkordException Invalid(string reason) => new("PatternInvalid", RekkordErrorKind.InvalidArgument, $"A pattern is wrong: {reason}.");

    /// <summary>A character as a regular expression takes it, in and outside of sets.</summary>
    private static string Literal(char character) => char.IsAsciiLetterOrDigit(character)
        ? character.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
}

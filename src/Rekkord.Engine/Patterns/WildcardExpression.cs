using System.Text;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Patterns;

/// <summary>
/// A pattern with <see cref="Wildcard"/>s, read. A match takes time in proportion to the lengths of pattern and text, whatever they are: all
/// places of the pattern at which the text so far can have led are followed at once. A regular expression that does so as well costs a new
/// process some 70 ms for its compilation.
/// </summary>
internal sealed class WildcardExpression
{
    private const int LongestOnStack = 256;

    private readonly List<Token> _tokens;
    private readonly bool _ignoresCase;
    private readonly bool _hasOneLength;

    // What every text that matches begins and ends with. Most texts do not, and are done with by that.
    private readonly string _beginning;
    private readonly string _end;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="RekkordException">A set has no end, or a separator in it (<c>PatternInvalid</c>).</exception>
    public WildcardExpression(string pattern, bool ignoresCase)
        : this(Read(pattern), ignoresCase)
    {
    }

    private WildcardExpression(List<Token> tokens, bool ignoresCase)
    {
        _tokens = tokens;
        _ignoresCase = ignoresCase;
        _hasOneLength = HasOneLength(tokens);
        _beginning = Literal(tokens);
        _end = new string([.. Literal(tokens.AsEnumerable().Reverse()).Reverse()]);
    }

    // Compares character by character in upper case, as Equal does.
    private StringComparison Comparison => _ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private enum TokenKind
    {
        Character,
        Set,
        NoneOfSet,
        One,
        AnyInName,
        Any,

        // Any directories, with the separator after them, or none.
        Directories,
    }

    /// <summary>Reads a pattern as Git does (gitignore(5)): <c>\</c> takes a character literally, <c>[!a]</c> is any other one, and <c>**</c> stands for directories.</summary>
    /// <exception cref="RekkordException">A set has no end, or nothing is taken literally (<c>PatternInvalid</c>).</exception>
    public static WildcardExpression FromGit(string pattern, bool ignoresCase)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < pattern.Length;)
            tokens.Add(ReadGit(pattern, ref i));
        return new WildcardExpression(tokens, ignoresCase);
    }

    /// <summary>Whether it stands for a text.</summary>
    public bool IsMatch(string text)
    {
        if ((_hasOneLength && text.Length != _tokens.Count) || !text.StartsWith(_beginning, Comparison) || !text.EndsWith(_end, Comparison))
            return false;
        var places = _tokens.Count + 1;
        var room = places <= LongestOnStack ? stackalloc byte[2 * LongestOnStack] : new byte[2 * places];
        room.Clear();
        var current = room[..places];
        var next = room.Slice(places, places);
        Enter(current, 0);
        foreach (var character in text)
        {
            var goesOn = false;
            for (var place = 0; place < _tokens.Count; place++)
                goesOn |= current[place] != 0 && Step(next, place, character);
            if (!goesOn)
                return false;
            current.Clear();
            var taken = current;
            current = next;
            next = taken;
        }

        return current[^1] != 0;
    }

    /// <summary>Marks a place, and those after it that can be reached with nothing.</summary>
    private void Enter(Span<byte> marks, int place)
    {
        marks[place] = 1;
        while (place < _tokens.Count && _tokens[place].Kind >= TokenKind.AnyInName)
            marks[++place] = 1;
    }

    /// <summary>Marks where a character leads from a place.</summary>
    /// <returns>Whether it leads anywhere.</returns>
    private bool Step(Span<byte> marks, int place, char character)
    {
        var token = _tokens[place];
        switch (token.Kind)
        {
            case TokenKind.Any:
            case TokenKind.AnyInName when character != '/':
                Enter(marks, place);
                return true;
            case TokenKind.Directories:
                marks[place] = 1;
                if (character == '/')
                    Enter(marks, place + 1);
                return true;
            case TokenKind.One when character != '/':
            case TokenKind.Character when Equal(character, token.Members[0]):
            case TokenKind.Set when IsMember(character, token.Members):
            case TokenKind.NoneOfSet when character != '/' && !IsMember(character, token.Members):
                Enter(marks, place + 1);
                return true;
            default:
                return false;
        }
    }

    private bool Equal(char left, char right) => left == right || (_ignoresCase && char.ToUpperInvariant(left) == char.ToUpperInvariant(right));

    private bool IsMember(char character, string ranges) => character != '/'
        && (IsIn(character, ranges) || (_ignoresCase && (IsIn(char.ToUpperInvariant(character), ranges) || IsIn(char.ToLowerInvariant(character), ranges))));

    private static bool IsIn(char character, string ranges)
    {
        for (var i = 0; i < ranges.Length; i += 2)
        {
            if (character >= ranges[i] && character <= ranges[i + 1])
                return true;
        }

        return false;
    }

    private static List<Token> Read(string pattern)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < pattern.Length;)
            i += Read(pattern.AsSpan(i), tokens);
        return tokens;
    }

    /// <returns>The length of what was read.</returns>
    private static int Read(ReadOnlySpan<char> rest, List<Token> tokens)
    {
        if (rest[0] == '[')
        {
            var members = ReadSet(rest, out var end);
            tokens.Add(new Token(TokenKind.Set, members));
            return end;
        }

        var (token, length) = rest[0] switch
        {
            '*' when rest.StartsWith("**/") => (new Token(TokenKind.Directories, ""), 3),
            '*' when rest.StartsWith("**") => (new Token(TokenKind.Any, ""), 2),
            '*' => (new Token(TokenKind.AnyInName, ""), 1),
            '?' => (new Token(TokenKind.One, ""), 1),
            Wildcard.Escape when rest.Length > 1 => (new Token(TokenKind.Character, rest.Slice(1, 1).ToString()), 2),
            _ => (new Token(TokenKind.Character, rest[..1].ToString()), 1),
        };
        tokens.Add(token);
        return length;
    }

    /// <summary>The members of a set, as pairs of the first and last of each range.</summary>
    private static string ReadSet(ReadOnlySpan<char> pattern, out int end)
    {
        var ranges = new StringBuilder();
        var i = 1;
        while (i < pattern.Length && (pattern[i] != ']' || i == 1))
        {
            var first = ReadMember(pattern, ref i);
            var last = first;
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                i++;
                last = ReadMember(pattern, ref i);
                if (last < first)
                    throw Invalid($"in '{pattern}' a range ends before it begins");
            }

            ranges.Append(first).Append(last);
        }

        end = i + 1;
        return i < pattern.Length ? ranges.ToString() : throw Invalid($"'{pattern}' has no ']'. Write '{Wildcard.Escape}[' if you mean a bracket");
    }

    private static Token ReadGit(string pattern, ref int i)
    {
        switch (pattern[i])
        {
            case '*':
                return ReadStars(pattern, ref i);
            case '?':
                i++;
                return new Token(TokenKind.One, "");
            case '[':
                return ReadGitSet(pattern, ref i);
            default:
                return new Token(TokenKind.Character, ReadLiteral(pattern, ref i).ToString());
        }
    }

    private static Token ReadStars(string pattern, ref int i)
    {
        var start = i;
        while (i < pattern.Length && pattern[i] == '*')
            i++;
        var isWholeName = (start == 0 || pattern[start - 1] == '/') && (i == pattern.Length || pattern[i] == '/');
        if (i - start == 1 || !isWholeName)
            return new Token(TokenKind.AnyInName, "");
        if (i == pattern.Length)
            return new Token(TokenKind.Any, "");
        i++;
        return new Token(TokenKind.Directories, "");
    }

    private static Token ReadGitSet(string pattern, ref int i)
    {
        var whole = pattern[i..];
        i++;
        var isNegative = i < pattern.Length && pattern[i] is '!' or '^';
        if (isNegative)
            i++;
        var ranges = new StringBuilder();
        for (var start = i; i < pattern.Length && (pattern[i] != ']' || i == start);)
        {
            if (ReadClass(pattern, ref i) is { } members)
            {
                ranges.Append(members);
                continue;
            }

            var first = ReadLiteral(pattern, ref i);
            var last = first;
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                i++;
                last = ReadLiteral(pattern, ref i);
            }

            ranges.Append(first).Append(last);
        }

        if (i >= pattern.Length)
            throw Invalid($"'{whole}' has no ']'");
        i++;
        return new Token(isNegative ? TokenKind.NoneOfSet : TokenKind.Set, ranges.ToString());
    }

    /// <summary>The ranges of a class of ASCII characters, such as <c>[:digit:]</c>; null when there is none.</summary>
    private static string? ReadClass(string pattern, ref int i)
    {
        if (!pattern.AsSpan(i).StartsWith("[:"))
            return null;
        var end = pattern.IndexOf(":]", i + 2, StringComparison.Ordinal);
        var ranges = end < 0 ? null : pattern[(i + 2)..end] switch
        {
            "alnum" => "09AZaz",
            "alpha" => "AZaz",
            "blank" => "  \t\t",
            "cntrl" => "\0\x1f\x7f\x7f",
            "digit" => "09",
            "graph" => "!~",
            "lower" => "az",
            "print" => " ~",
            "punct" => "!/:@[`{~",
            "space" => "  \t\r",
            "upper" => "AZ",
            "xdigit" => "09AFaf",
            _ => throw Invalid($"'{pattern[i..(end + 2)]}' is no class of characters"),
        };
        if (ranges is not null)
            i = end + 2;
        return ranges;
    }

    private static char ReadLiteral(string pattern, ref int i)
    {
        if (pattern[i] == '\\' && ++i == pattern.Length)
            throw Invalid($"'{pattern}' ends in a '\\'");
        return pattern[i++];
    }

    private static string Literal(IEnumerable<Token> tokens) => string.Concat(tokens.TakeWhile(token => token.Kind == TokenKind.Character).Select(token => token.Members));

    private static bool HasOneLength(List<Token> tokens) => tokens.TrueForAll(token => token.Kind < TokenKind.AnyInName);

    private static char ReadMember(ReadOnlySpan<char> pattern, ref int i)
    {
        if (pattern[i] == Wildcard.Escape && i + 1 < pattern.Length)
            i++;
        return pattern[i] != '/' ? pattern[i++] : throw Invalid($"'{pattern}' has a separator in a set of characters");
    }

    private static RekkordException Invalid(string reason) => new("PatternInvalid", RekkordErrorKind.InvalidArgument, $"A pattern is wrong: {reason}.");

    /// <param name="Kind">What it stands for.</param>
    /// <param name="Members">The character, or the ranges of a set in pairs.</param>
    private sealed record Token(TokenKind Kind, string Members);
}

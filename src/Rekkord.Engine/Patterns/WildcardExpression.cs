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

    private readonly List<Token> _tokens = [];
    private readonly bool _ignoresCase;
    private readonly bool _hasOneLength;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="RekkordException">A set has no end, or a separator in it (<c>PatternInvalid</c>).</exception>
    public WildcardExpression(string pattern, bool ignoresCase)
    {
        _ignoresCase = ignoresCase;
        for (var i = 0; i < pattern.Length;)
            i += Read(pattern.AsSpan(i));
        _hasOneLength = _tokens.TrueForAll(token => token.Kind < TokenKind.AnyInName);
    }

    private enum TokenKind
    {
        Character,
        Set,
        One,
        AnyInName,
        Any,

        // Any directories, with the separator after them, or none.
        Directories,
    }

    /// <summary>Whether it stands for a text.</summary>
    public bool IsMatch(string text)
    {
        if (_hasOneLength && text.Length != _tokens.Count)
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

    /// <returns>The length of what was read.</returns>
    private int Read(ReadOnlySpan<char> rest)
    {
        if (rest[0] == '[')
        {
            var members = ReadSet(rest, out var end);
            _tokens.Add(new Token(TokenKind.Set, members));
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
        _tokens.Add(token);
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

    private static char ReadMember(ReadOnlySpan<char> pattern, ref int i)
    {
        if (pattern[i] == Wildcard.Escape && i + 1 < pattern.Length)
            i++;
        return pattern[i] != '/' ? pattern[i++] : throw Invalid($"'{pattern}' has a separator in a set of characters");
    }

    private static RekkordException Invalid(string reason) => new("PatternInvalid", RekkordErrorKind.InvalidArgument, $"A pattern is wrong: {reason}.");

    /// <param name="Kind">What it stands for.</param>
    /// <param name="Members">The character, or the ranges of a set in pairs.</param>
    private readonly record struct Token(TokenKind Kind, string Members);
}

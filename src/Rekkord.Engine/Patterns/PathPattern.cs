using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Patterns;

/// <summary>
/// A pattern of paths, to leave them out of a save or to take only them in a restore. <c>*</c> stands for any characters but a separator, <c>**</c> for any at all, <c>?</c> for
/// one, <c>[ot]</c> for one of a set; a backtick before one of these takes it literally. A pattern without a separator is matched against
/// names anywhere (<c>*.tmp</c>, <c>node_modules</c>); one with a separator against the whole path (<c>/home/*/.cache</c>), or its end
/// if it does not start with one (<c>build/obj</c>). What holds for a directory holds for everything below it. Case matters except on
/// Windows. A pattern that could match nothing is refused.
/// </summary>
public sealed class PathPattern
{
    private readonly WildcardExpression _expression;
    private readonly string _normal;

    /// <summary>Takes a pattern.</summary>
    /// <exception cref="RekkordException">It could match nothing, or everything (<c>PatternInvalid</c>).</exception>
    public PathPattern(string pattern)
        : this(pattern, pattern)
    {
    }

    /// <summary>Takes a pattern that was parsed before.</summary>
    /// <param name="text">The pattern as it was given.</param>
    /// <param name="absolute">The pattern from the root on, where it meant a place.</param>
    internal PathPattern(string text, string absolute)
    {
        Text = text;
        Absolute = absolute;
        _normal = Normalize(text, absolute);
        MatchesPath = _normal.Contains('/', StringComparison.Ordinal);
        _expression = new WildcardExpression(MatchesPath && !IsRooted(_normal) ? $"**/{_normal}" : _normal, IgnoresCase);
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>Where it was given, as <c>-Exclude</c> or a line of a file; null when that is not known.</summary>
    public string? Origin { get; internal init; }

    /// <summary>The pattern with the user's directory or home in it, where it meant a place there.</summary>
    internal string Absolute { get; }

    /// <summary>Whether names that differ in case are the same.</summary>
    public static bool IgnoresCase => OperatingSystem.IsWindows();

    private bool MatchesPath { get; }

    /// <summary>The same pattern with the place where it was given.</summary>
    public PathPattern WithOrigin(string origin) => new(Text, Absolute) { Origin = origin };

    /// <summary>Takes a pattern from a user, who means a place with <c>./…</c>, <c>../…</c>, <c>~</c> and <c>~/…</c>.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="directory">The user's current directory.</param>
    /// <param name="home">The user's home directory.</param>
    /// <exception cref="RekkordException">It could match nothing, or everything (<c>PatternInvalid</c>).</exception>
    public static PathPattern Parse(string text, string directory, string home)
    {
        ArgumentNullException.ThrowIfNull(text);
        var pattern = WithSlashes(text);
        var names = pattern.Split('/', 2);
        return names[0] switch
        {
            "." or ".." => new PathPattern(text, $"{Wildcard.Quote(WithSlashes(directory))}/{pattern}"),
            "~" => new PathPattern(text, $"{Wildcard.Quote(WithSlashes(home))}/{names.ElementAtOrDefault(1)}"),
            _ => new PathPattern(text, pattern),
        };
    }

    /// <summary>Whether an entry is meant.</summary>
    /// <param name="path">Its whole path, as displayed.</param>
    /// <param name="name">Its name alone, as displayed.</param>
    public bool Matches(string path, string name) => _expression.IsMatch(MatchesPath ? WithSlashes(path) : name);

    /// <summary>Whether a directory or something below it can be meant: never when the pattern is the path of another place.</summary>
    /// <param name="directory">The directory's whole path, as displayed.</param>
    public bool CanMatchWithin(string directory)
    {
        if (!IsRooted(_normal))
            return true;
        var names = WithSlashes(directory).TrimEnd('/').Split('/');
        var wanted = _normal.Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            if (i < wanted.Length && wanted[i].Contains("**", StringComparison.Ordinal))
                return true;
            if (i == wanted.Length || !Wildcard.Matcher(wanted[i], IgnoresCase)(names[i]))
                return false;
        }

        return true;
    }

    private static string WithSlashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    private static bool IsRooted(string pattern) =>
        pattern.StartsWith('/') || (OperatingSystem.IsWindows() && pattern.Length > 1 && pattern[1] == ':');

    /// <summary>The pattern without what no path has: repeated separators, <c>.</c> and <c>..</c>, a separator at the end.</summary>
    private static string Normalize(string text, string pattern)
    {
        Check(text);
        pattern = WithSlashes(pattern);
        var names = new List<string>();
        foreach (var name in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == ".." && names.Count == 0)
                throw Invalid(text, "'..' has no meaning there. Write the whole path.");
            if (name == "..")
                names.RemoveAt(names.Count - 1);
            else if (name != ".")
                names.Add(name);
        }

        if (names.Count == 0)
            throw Invalid(text, "it matches everything. Write what you mean below it.");
        var root = OperatingSystem.IsWindows() && pattern.StartsWith("//", StringComparison.Ordinal) ? "//" : pattern.StartsWith('/') ? "/" : "";
        return root + string.Join('/', names);
    }

    private static void Check(string text)
    {
        if (text.Length == 0)
            throw Invalid(text, "it is empty.");
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            throw Invalid(text, "it begins or ends with a blank. Write '[ ]' if you mean a blank.");
        if (text.Any(char.IsControl))
            throw Invalid(text, "it has a control character. Patterns match paths as they are shown: write '\\x09' for a tab.");
        if (text[0] == '!')
            throw Invalid(text, "there is no negation. Write '[!]' for a name that begins with '!'.");
        if (!OperatingSystem.IsWindows() && HasSeparatorOfWindows(text))
            throw Invalid(text, "'\\' is not a separator here. Write '/', or '[\\]' for a backslash in a name.");
    }

    /// <summary>Whether there is a backslash that is neither in a set nor shows a byte (<c>\xff</c>).</summary>
    private static bool HasSeparatorOfWindows(string text)
    {
        for (var i = text.IndexOf('\\', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\\', i + 1))
        {
            var inSet = i > 0 && text[i - 1] is '[' or '`';
            var showsByte = text.Length > i + 3 && text[i + 1] == 'x' && char.IsAsciiHexDigit(text[i + 2]) && char.IsAsciiHexDigit(text[i + 3]);
            if (!inSet && !showsByte)
                return true;
        }

        return false;
    }

    private static RekkordException Invalid(string text, string reason) => new(
        "PatternInvalid", RekkordErrorKind.InvalidArgument, $"The pattern '{FileName.ToDisplay(FileName.FromText(text))}' cannot be used: {reason}", text);
}

using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Patterns;

/// <summary>
/// The rules of a file that says what is left out of its directory, as Git reads <c>.gitignore</c> (gitignore(5)): the last rule that means an entry decides, and
/// <c>!</c> takes it in again. What is below a directory that is left out is never asked for.
/// </summary>
internal sealed class IgnoreRules
{
    /// <summary>The name of such a file.</summary>
    public const string FileName = ".rekkordignore";

    private readonly IgnoreRule[] _rules;

    private IgnoreRules(string file, IgnoreRule[] rules)
    {
        File = file;
        _rules = rules;
    }

    /// <summary>The file's path, as displayed.</summary>
    public string File { get; }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="file">Its path, as displayed.</param>
    /// <param name="text">The text.</param>
    /// <param name="warn">Is told of lines that can mean nothing.</param>
    public static IgnoreRules Parse(string file, string text, Action<string> warn)
    {
        var rules = new List<IgnoreRule>();
        var number = 0;
        foreach (var line in text.TrimStart('\ufeff').Split('\n'))
        {
            number++;
            try
            {
                if (IgnoreRule.Parse(line, number) is { } rule)
                    rules.Add(rule);
            }
            catch (RekkordException)
            {
                warn($"Line {number} of '{file}' has a set of characters without an end, or a '\\' with nothing after it. It leaves nothing out.");
            }
        }

        return new IgnoreRules(file, [.. rules]);
    }

    /// <summary>The last rule that means an entry; null when none does.</summary>
    /// <param name="path">The entry's path from the file's directory on, as displayed, with slashes.</param>
    /// <param name="name">Its name alone, as displayed.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    public IgnoreRule? Find(string path, string name, bool isDirectory) =>
        Array.FindLast(_rules, rule => rule.Matches(path, name, isDirectory));
}

/// <summary>One line of a file of rules.</summary>
/// <param name="Line">Its number.</param>
/// <param name="Text">The line.</param>
/// <param name="TakesIn">Whether it takes in again what another leaves out.</param>
/// <param name="DirectoriesOnly">Whether it means directories only.</param>
/// <param name="MatchesPath">Whether it is a path from the file's directory on; otherwise it is a name anywhere below.</param>
/// <param name="Expression">What it means.</param>
internal sealed record IgnoreRule(int Line, string Text, bool TakesIn, bool DirectoriesOnly, bool MatchesPath, WildcardExpression Expression)
{
    /// <summary>Reads a line; null for a blank one and a comment.</summary>
    /// <exception cref="RekkordException">It can mean nothing (<c>PatternInvalid</c>).</exception>
    public static IgnoreRule? Parse(string line, int number)
    {
        var text = TrimEnd(line.TrimEnd('\r'));
        if (text.StartsWith('#'))
            return null;
        var pattern = text.AsSpan();
        var takesIn = pattern.StartsWith("!");
        if (takesIn)
            pattern = pattern[1..];
        var directoriesOnly = pattern.EndsWith("/");
        if (directoriesOnly)
            pattern = pattern[..^1];
        var matchesPath = pattern.Contains('/');
        if (pattern.StartsWith("/"))
            pattern = pattern[1..];
        return pattern.IsEmpty
            ? null
            : new IgnoreRule(number, text, takesIn, directoriesOnly, matchesPath, WildcardExpression.FromGit(pattern.ToString(), PathPattern.IgnoresCase));
    }

    /// <summary>Whether it means an entry.</summary>
    public bool Matches(string path, string name, bool isDirectory) => (isDirectory || !DirectoriesOnly) && Expression.IsMatch(MatchesPath ? path : name);

    /// <summary>Takes off blanks at the end; a backslash before one keeps it.</summary>
    private static string TrimEnd(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && !IsEscaped(line, end - 1))
            end--;
        return line[..end];
    }

    private static bool IsEscaped(string line, int at)
    {
        var backslashes = 0;
        while (at - backslashes > 0 && line[at - backslashes - 1] == '\\')
            backslashes++;
        return backslashes % 2 == 1;
    }
}

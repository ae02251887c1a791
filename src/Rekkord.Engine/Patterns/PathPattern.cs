using System.Text;
using System.Text.RegularExpressions;

namespace Rekkord.Engine.Patterns;

/// <summary>
/// A pattern of paths, to leave them out of a save or to take only them in a restore. <c>*</c> stands for any characters but a separator, <c>**</c> for any at all, <c>?</c> for
/// one. A pattern without a separator is matched against names anywhere (<c>*.tmp</c>, <c>node_modules</c>); one with a
/// separator against the whole path (<c>/home/*/.cache</c>), or its end if it does not start with one (<c>build/obj</c>).
/// What holds for a directory holds for everything below it. Case matters except on Windows.
/// </summary>
public sealed class PathPattern
{
    private readonly Regex _expression;
    private readonly bool _matchesPath;

    /// <summary>Takes a pattern.</summary>
    /// <exception cref="ArgumentException">The pattern is empty.</exception>
    public PathPattern(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        var normal = (OperatingSystem.IsWindows() ? pattern.Replace('\\', '/') : pattern).TrimEnd('/');
        _matchesPath = normal.Contains('/', StringComparison.Ordinal);
        var rooted = normal.StartsWith('/') || (OperatingSystem.IsWindows() && normal.Length > 1 && normal[1] == ':');
        var options = RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking
            | (OperatingSystem.IsWindows() ? RegexOptions.IgnoreCase : RegexOptions.None);
        _expression = new Regex(_matchesPath && !rooted ? $"^(?:.*/)?{Translate(normal)}$" : $"^{Translate(normal)}$", options);
    }

    /// <summary>Whether an entry is meant.</summary>
    /// <param name="path">Its whole path, as displayed.</param>
    /// <param name="name">Its name alone, as displayed.</param>
    public bool Matches(string path, string name) =>
        _expression.IsMatch(!_matchesPath ? name : OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path);

    private static string Translate(string pattern)
    {
        var expression = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 2 < pattern.Length && pattern[i + 1] == '*' && pattern[i + 2] == '/':
                    expression.Append("(?:.*/)?");
                    i += 2;
                    break;
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    expression.Append(".*");
                    i++;
                    break;
                case '*':
                    expression.Append("[^/]*");
                    break;
                case '?':
                    expression.Append("[^/]");
                    break;
                default:
                    expression.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return expression.ToString();
    }
}

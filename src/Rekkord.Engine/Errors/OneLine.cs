using System.Text;

namespace Rekkord.Engine.Errors;

/// <summary>Text of any origin as one line that is safe in a message, a log or an environment variable.</summary>
internal static class OneLine
{
    /// <summary>
    /// The text with every control character (line ends, escape sequences' ESC, NUL) made a space, trimmed, and cut to a length.
    /// </summary>
    public static string From(string text, int maximumLength)
    {
        var result = new StringBuilder(Math.Min(text.Length, maximumLength));
        foreach (var c in text.AsSpan().Trim())
        {
            if (result.Length == maximumLength - 1)
            {
                // Half of a surrogate pair is not text.
                if (char.IsHighSurrogate(result[^1]))
                    result.Length--;
                return result.Append('…').ToString();
            }

            result.Append(char.IsControl(c) ? ' ' : c);
        }

        return result.ToString().Trim();
    }
}

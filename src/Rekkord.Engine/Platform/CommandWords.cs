using System.Text;

namespace Rekkord.Engine.Platform;

/// <summary>A program with its arguments as one line of a configuration has them. No shell reads it: only blanks and double quotes mean anything.</summary>
internal static class CommandWords
{
    /// <summary>Splits a line into words. What stands between double quotes is one word, with its blanks.</summary>
    /// <returns>The program and its arguments; null when there is none, or a quote does not end.</returns>
    public static IReadOnlyList<string>? Split(string line)
    {
        List<string> words = [];
        var isQuoted = false;
        StringBuilder? word = null;
        foreach (var c in line)
        {
            if (c == '"')
            {
                isQuoted = !isQuoted;
                word ??= new StringBuilder();
            }
            else if (c is ' ' or '\t' && !isQuoted)
            {
                Add();
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        Add();
        return !isQuoted && words is [{ Length: > 0 }, ..] ? words : null;

        void Add()
        {
            if (word is not null)
                words.Add(word.ToString());
            word = null;
        }
    }
}

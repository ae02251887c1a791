namespace Rekkord.Engine.Platform;

/// <summary>Quotes for the commands that messages tell people to run.</summary>
internal static class ShellQuoting
{
    /// <summary>
    /// The text as one word of a POSIX shell command. Text with control characters is written with <c>$'…'</c> (POSIX.1-2024), so
    /// that the command stays one line and shows what it does.
    /// </summary>
    public static string Quote(string text)
    {
        if (text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+,:@%=".Contains(c, StringComparison.Ordinal)))
            return text;
        if (!text.Any(char.IsControl))
            return $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

        var parts = System.Text.Encoding.UTF8.GetBytes(text).Select(b => b switch
        {
            (byte)'\\' => @"\\",
            (byte)'\'' => @"\'",
            < 0x20 or 0x7F => $"\\{Convert.ToString(b, 8).PadLeft(3, '0')}",
            _ when b < 0x80 => ((char)b).ToString(),
            _ => $"\\{Convert.ToString(b, 8)}",
        });
        return $"$'{string.Concat(parts)}'";
    }
}

namespace Rekkord.Engine.Configuration.Syntax;

/// <summary>
/// Reads Rekkord's INI form. A line is blank, a comment (<c>#</c> or <c>;</c> first), a <c>[Section]</c> or <c>Key = value</c>.
/// A value ends before a <c>#</c> or <c>;</c> that follows white space. A value in double quotes is what is between them, with
/// no escapes. A section may appear more than once.
/// </summary>
internal static class IniReader
{
    /// <summary>Reads a file's text.</summary>
    /// <exception cref="ConfigurationException"><c>ConfigSyntaxError</c>.</exception>
    public static ConfigDocument Read(string text, string file)
    {
        List<ConfigItem> items = [];
        List<(string, ConfigPosition)> sections = [];
        var section = "";
        var sectionPosition = new ConfigPosition(1, 1);
        var number = 0;
        using var lines = new StringReader(text);
        while (lines.ReadLine()?.TrimEnd() is { } line)
        {
            number++;
            var indent = line.Length - line.TrimStart().Length;
            if (indent == line.Length || line[indent] is '#' or ';')
                continue;

            if (line[indent] == '[')
            {
                (section, sectionPosition) = ReadSection(line, indent, number, file);
                sections.Add((section, sectionPosition));
            }
            else
            {
                items.Add(ReadItem(line, indent, number, file) with { Section = section, SectionPosition = sectionPosition });
            }
        }

        var document = new ConfigDocument(items, sections);
        document.ThrowIfKeyRepeated(file);
        return document;
    }

    private static (string, ConfigPosition) ReadSection(string line, int indent, int number, string file)
    {
        var end = line.IndexOf(']', indent);
        if (end < 0)
            throw Error(file, number, line.Length + 1, "This section heading has no closing ']'. Write it as [Section].");
        var rest = line[(end + 1)..].TrimStart();
        if (rest.Length > 0 && rest[0] is not ('#' or ';'))
            throw Error(file, number, line.Length - rest.Length + 1, "Nothing but a comment may follow a section heading.");
        var name = line[(indent + 1)..end];
        if (name.Trim().Length == 0)
            throw Error(file, number, indent + 1, "This section heading has no name.");
        return (name.Trim(), new ConfigPosition(number, indent + 2 + (name.Length - name.TrimStart().Length)));
    }

    private static ConfigItem ReadItem(string line, int indent, int number, string file)
    {
        var equals = line.IndexOf('=', indent);
        if (equals < 0)
            throw Error(file, number, indent + 1, "This line is neither a comment, a [Section] nor a 'Key = value'.");
        var name = line[indent..equals].TrimEnd();
        if (name.Length == 0)
            throw Error(file, number, equals + 1, "There is no key before this '='.");

        var start = equals + 1;
        while (start < line.Length && char.IsWhiteSpace(line[start]))
            start++;
        var value = start < line.Length && line[start] == '"' ? ReadQuoted(line, start, number, file) : ReadPlain(line, start);
        return new ConfigItem("", name, value, IsTyped: false, default, new ConfigPosition(number, indent + 1),
            new ConfigPosition(number, start + 1));
    }

    private static string ReadPlain(string line, int start)
    {
        var end = line.Length;
        for (var i = start; i < line.Length; i++)
        {
            if (line[i] is not ('#' or ';') || !(i == start || char.IsWhiteSpace(line[i - 1])))
                continue;
            end = i;
            break;
        }

        return line[start..end].TrimEnd();
    }

    private static string ReadQuoted(string line, int start, int number, string file)
    {
        var end = line.IndexOf('"', start + 1);
        if (end < 0)
            throw Error(file, number, start + 1, "This value has no closing '\"'.");
        var rest = line[(end + 1)..].TrimStart();
        if (rest.Length > 0 && rest[0] is not ('#' or ';'))
            throw Error(file, number, line.Length - rest.Length + 1, "Nothing but a comment may follow a value in quotes.");
        return line[(start + 1)..end];
    }

    private static ConfigurationException Error(string file, int line, int column, string message) =>
        new("ConfigSyntaxError", file, new ConfigPosition(line, column), message);
}

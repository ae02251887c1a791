using Rekkord.Engine.Errors;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Rekkord.Engine.Configuration.Syntax;

/// <summary>Reads the TOML form: a section is a table, also a dotted or an inline one.</summary>
internal static class TomlReader
{
    /// <summary>Reads a file's text.</summary>
    /// <exception cref="ConfigurationException"><c>ConfigSyntaxError</c>.</exception>
    public static ConfigDocument Read(string text, string file)
    {
        var syntax = Parse(text, file, validate: false);
        ThrowIfWrong(syntax, file);

        List<ConfigItem> items = [];
        List<(string, ConfigPosition)> sections = [];
        foreach (var pair in syntax.KeyValues)
            Read(pair, [], items, sections);
        foreach (var table in syntax.Tables)
        {
            var path = NameParts(table.Name!);
            sections.Add((string.Join('.', path.Select(part => part.Name)), path[0].Position));
            // An array of tables has no meaning here; its name tells the schema so.
            if (table is TableArraySyntax)
            {
                items.Add(new ConfigItem("", path[0].Name, new ConfigItem.UnsupportedValue("an array of tables"), true,
                    path[0].Position, path[0].Position, path[0].Position));
            }

            foreach (var pair in table.Items)
                Read(pair, path, items, sections);
        }

        var document = new ConfigDocument(items, sections);
        // Before the parser's own validation, whose word on a repeated key is less to the point.
        document.ThrowIfKeyRepeated(file);
        ThrowIfWrong(Parse(text, file, validate: true), file);
        return document;
    }

    /// <summary>Parses; what the parser raises instead of reporting it (arrays in arrays in arrays …) is a wrong file too.</summary>
    private static DocumentSyntax Parse(string text, string file, bool validate)
    {
        try
        {
            return SyntaxParser.Parse(text, file, validate);
        }
        catch (TomlException error)
        {
            // The parser does not say where.
            throw new ConfigurationException("ConfigSyntaxError", RekkordErrorKind.InvalidData,
                $"{file}: arrays or tables are nested too deeply. No setting takes any.", file, error);
        }
        catch (ArgumentOutOfRangeException error)
        {
            // The parser wants to name the character after the backslash, and there is none.
            throw new ConfigurationException("ConfigSyntaxError", RekkordErrorKind.InvalidData,
                $"{file}: the file ends inside a text in double quotes, after a backslash. It may have been cut off. End the text, and write '\\\\' for a backslash.", file, error);
        }
    }

    private static void ThrowIfWrong(DocumentSyntax syntax, string file)
    {
        foreach (var diagnostic in syntax.Diagnostics)
        {
            if (diagnostic.Kind == DiagnosticMessageKind.Error)
                throw new ConfigurationException("ConfigSyntaxError", file, Position(diagnostic.Span), diagnostic.Message);
        }
    }

    private static void Read(
        KeyValueSyntax pair,
        IReadOnlyList<(string Name, ConfigPosition Position)> table,
        List<ConfigItem> items,
        List<(string, ConfigPosition)> sections)
    {
        List<(string Name, ConfigPosition Position)> path = [.. table, .. NameParts(pair.Key!)];
        if (pair.Value is InlineTableSyntax inline)
        {
            sections.Add((string.Join('.', path.Select(part => part.Name)), path[0].Position));
            foreach (var item in inline.Items)
                Read(item.KeyValue!, path, items, sections);
            return;
        }

        var key = path[^1];
        items.Add(new ConfigItem(
            string.Join('.', path.SkipLast(1).Select(part => part.Name)), key.Name, Value(pair.Value!), IsTyped: true,
            path[0].Position, key.Position, Position(pair.Value!.Span)));
    }

    private static List<(string Name, ConfigPosition Position)> NameParts(KeySyntax key)
    {
        List<(string, ConfigPosition)> parts = [(Name(key.Key!), Position(key.Key!.Span))];
        foreach (var dotted in key.DotKeys)
            parts.Add((Name(dotted.Key!), Position(dotted.Key!.Span)));
        return parts;
    }

    private static string Name(BareKeyOrStringValueSyntax name) => name switch
    {
        StringValueSyntax text => text.Value ?? "",
        BareKeySyntax bare => bare.Key?.Text ?? "",
        _ => name.ToString(),
    };

    private static object Value(ValueSyntax value) => value switch
    {
        StringValueSyntax text => text.Value ?? "",
        BooleanValueSyntax boolean => boolean.Value,
        IntegerValueSyntax integer => integer.Value,
        FloatValueSyntax => new ConfigItem.UnsupportedValue("a number with a fraction"),
        ArraySyntax => new ConfigItem.UnsupportedValue("an array"),
        _ => new ConfigItem.UnsupportedValue("a date or time"),
    };

    private static ConfigPosition Position(SourceSpan span) => new(span.Start.Line + 1, span.Start.Column + 1);
}

using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Rekkord.Help;

/// <summary>
/// Lays Markdown out as lines of text. Lines are wrapped here and not left to Get-Help, because PowerShell breaks a line in the middle of a
/// word unless the language of the session is one of a few that it knows: it does so under LANG=C, which is what containers have.
/// </summary>
internal static class PlainText
{
    private const string Indent = "    ";
    private const int ColumnGap = 2;

    /// <summary>The text of an inline: emphasis and code lose their marks; a link to the web keeps its address.</summary>
    public static string Of(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        foreach (var inline in inlines ?? Enumerable.Empty<Inline>())
        {
            text.Append(inline switch
            {
                CodeInline code => code.Content,
                LineBreakInline => " ",
                LinkInline { Url: { } url } link when url.Contains("://", StringComparison.Ordinal) => $"{Of(link)} ({url})",
                AutolinkInline link => link.Url,
                HtmlEntityInline entity => entity.Transcoded.ToString(),
                ContainerInline container => Of(container),
                _ => inline.ToString(),
            });
        }

        return text.ToString();
    }

    /// <summary>Each block as a text of its own, with line ends between its lines.</summary>
    public static IEnumerable<string> Paragraphs(IEnumerable<Block> blocks, int width) => blocks
        .Select(block => string.Join('\n', LinesOf(block, width)))
        .Where(text => text.Length > 0);

    /// <summary>All blocks below one another, with an empty line between two.</summary>
    public static IEnumerable<string> Lines(IEnumerable<Block> blocks, int width) =>
        string.Join("\n\n", Paragraphs(blocks, width)).Split('\n').Where((line, index) => index > 0 || line.Length > 0);

    /// <summary>The lines of a code block as they are.</summary>
    public static string CodeOf(CodeBlock code) => code.Lines.ToString().ReplaceLineEndings("\n").TrimEnd();

    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
            yield return line.ToString();
    }

    private static IEnumerable<string> LinesOf(Block block, int width) => block switch
    {
        ParagraphBlock paragraph => Wrap(Of(paragraph.Inline), width),
        CodeBlock code => CodeOf(code).Split('\n').Select(line => line.Length == 0 ? "" : Indent + line),
        ListBlock list => list.Cast<ListItemBlock>().SelectMany(item => ItemLines(list, item, width)),
        Table table when Cells(table)[0].Length == 2 => DefinitionLines(table, width),
        Table table => ColumnLines(table, width),
        _ => [],
    };

    private static IEnumerable<string> ItemLines(ListBlock list, ListItemBlock item, int width)
    {
        var marker = list.IsOrdered ? $"{item.Order}. " : "- ";
        return Lines(item, width - marker.Length).Select((line, index) => line.Length == 0 ? "" : (index == 0 ? marker : new string(' ', marker.Length)) + line);
    }

    /// <summary>A table of two columns is a list of terms: a narrow second column would be hard to read.</summary>
    private static IEnumerable<string> DefinitionLines(Table table, int width)
    {
        foreach (var cells in Cells(table).Skip(1))
        {
            foreach (var line in Wrap(cells[0], width))
                yield return line;
            foreach (var line in Wrap(cells[1], width - Indent.Length))
                yield return Indent + line;
        }
    }

    private static IEnumerable<string> ColumnLines(Table table, int width)
    {
        var rows = Cells(table);
        var widths = ColumnWidths(rows, width);
        for (var index = 0; index < rows.Count; index++)
        {
            foreach (var line in RowLines(rows[index], widths))
                yield return line;
            if (index == 0)
                yield return string.Join(new string(' ', ColumnGap), widths.Select(column => new string('-', column)));
        }
    }

    /// <summary>As wide as the longest cell; where that is too much together, the widest columns give way.</summary>
    private static int[] ColumnWidths(List<string[]> rows, int width)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        while (widths.Sum() + ColumnGap * (widths.Length - 1) > width)
            widths[Array.IndexOf(widths, widths.Max())]--;
        return widths;
    }

    private static IEnumerable<string> RowLines(string[] cells, int[] widths)
    {
        var wrapped = cells.Select((cell, column) => Wrap(cell, widths[column]).ToArray()).ToArray();
        for (var line = 0; line < Math.Max(1, wrapped.Max(cell => cell.Length)); line++)
        {
            var parts = wrapped.Select((cell, column) => (line < cell.Length ? cell[line] : "").PadRight(widths[column]));
            yield return string.Join(new string(' ', ColumnGap), parts).TrimEnd();
        }
    }

    private static List<string[]> Cells(Table table) =>
        [.. table.Cast<TableRow>().Select(row => row.Cast<TableCell>().Select(cell => string.Join(' ', cell.OfType<ParagraphBlock>().Select(block => Of(block.Inline)))).ToArray())];
}

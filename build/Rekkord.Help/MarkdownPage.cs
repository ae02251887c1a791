using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Rekkord.Help;

/// <summary>A heading, what stands below it, and the headings one level down.</summary>
internal sealed class MarkdownSection(string title, int line)
{
    public string Title { get; } = title;

    public int Line { get; } = line;

    public List<Block> Blocks { get; } = [];

    public List<MarkdownSection> Sections { get; } = [];

    /// <summary>All inlines of a type that stand below the heading itself.</summary>
    public IEnumerable<T> Inlines<T>()
        where T : Inline =>
        Blocks.SelectMany(block => block is LeafBlock leaf ? leaf.Inline?.Descendants<T>() ?? [] : block.Descendants<T>());
}

/// <summary>A page: its title, and below it sections with subsections.</summary>
internal sealed class MarkdownPage
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    private MarkdownPage(string path, MarkdownSection root)
    {
        Path = path;
        Root = root;
    }

    public string Path { get; }

    /// <summary>The name of the file without its extension, which is also the page's title.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The title; its sections are those of the page.</summary>
    public MarkdownSection Root { get; }

    public static MarkdownPage Load(string path, PageErrors errors)
    {
        var document = Markdown.Parse(File.ReadAllText(path), Pipeline);
        var root = new MarkdownSection(System.IO.Path.GetFileNameWithoutExtension(path), 1);
        var open = new Stack<MarkdownSection>([root]);
        foreach (var block in document)
        {
            if (block is not HeadingBlock heading)
            {
                CheckBlock(path, block, errors);
                open.Peek().Blocks.Add(block);
                continue;
            }

            var section = new MarkdownSection(PlainText.Of(heading.Inline), heading.Line + 1);
            if (heading.Level == 1 && (section.Title != root.Title || section.Line != 1))
                errors.Add(path, section.Line, $"A page has one title, in its first line: '# {root.Title}'.");
            if (heading.Level == 1)
                continue;
            if (heading.Level > Math.Min(3, open.Count + 1))
                errors.Add(path, section.Line, $"A heading of level {heading.Level} cannot stand here.");
            while (open.Count >= heading.Level)
                open.Pop();
            open.Peek().Sections.Add(section);
            open.Push(section);
        }

        CheckLinks(path, document, errors);
        return new MarkdownPage(path, root);
    }

    /// <summary>Text is wrapped, but code is shown as it is, and has to fit a terminal of eighty columns.</summary>
    public void CheckCodeWidth(MarkdownSection below, int width, PageErrors errors)
    {
        foreach (var code in All(below).SelectMany(section => section.Blocks).OfType<FencedCodeBlock>())
        {
            for (var index = 0; index < code.Lines.Count; index++)
            {
                if (code.Lines.Lines[index].Slice.Length > width)
                    errors.Add(Path, code.Line + 2 + index, $"A line of code has at most {width} characters: Get-Help shows it in eighty columns.");
            }
        }
    }

    private static IEnumerable<MarkdownSection> All(MarkdownSection section) => section.Sections.SelectMany(All).Prepend(section);

    /// <summary>Only what <see cref="PlainText"/> lays out is taken, so that nothing of a page is left out of the help without a word.</summary>
    private static void CheckBlock(string path, Block block, PageErrors errors)
    {
        if (block is not (ParagraphBlock or ListBlock or CodeBlock or Table or LinkReferenceDefinitionGroup))
            errors.Add(path, block.Line + 1, "Help is made of paragraphs, lists, code and tables.");
    }

    private static void CheckLinks(string path, MarkdownDocument document, PageErrors errors)
    {
        foreach (var link in document.Descendants<LinkInline>())
        {
            var file = link.Url?.Split('#')[0] ?? "";
            if (file.Length > 0 && !file.Contains("://", StringComparison.Ordinal) && !File.Exists(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, file)))
                errors.Add(path, link.Line + 1, $"The link leads to '{file}', which does not exist.");
        }
    }
}

using System.Text;

namespace Rekkord.Help;

/// <summary>An about topic: text that Get-Help shows as it is.</summary>
internal sealed class AboutTopic
{
    private const int Width = 74;
    private const int CodeWidth = 72;
    private const string Indent = "    ";
    private const string ShortDescription = "SHORT DESCRIPTION";

    private readonly MarkdownPage _page;

    public AboutTopic(MarkdownPage page, PageErrors errors)
    {
        _page = page;
        if (page.Root.Sections is not [{ Title: ShortDescription }, { Title: "LONG DESCRIPTION" }, .., { Title: "SEE ALSO" }])
            errors.Add(page.Path, 1, $"A topic has the sections {ShortDescription}, LONG DESCRIPTION, others, and SEE ALSO.");
        else if (PlainText.Lines(page.Root.Sections[0].Blocks, Width).Count() != 1)
            errors.Add(page.Path, page.Root.Sections[0].Line, $"The short description is one line of at most {Width} characters: Get-Help takes no more of it for a list.");
        page.CheckCodeWidth(page.Root, CodeWidth, errors);
    }

    public string ToText()
    {
        var text = new StringBuilder($"TOPIC\n{Indent}{_page.Name}\n");
        foreach (var section in _page.Root.Sections)
        {
            Append(text, section.Title.ToUpperInvariant(), section);
            foreach (var subsection in section.Sections)
                Append(text, subsection.Title, subsection);
        }

        return text.ToString();
    }

    /// <summary>Get-Help finds the short description by its place: right below its heading.</summary>
    private static void Append(StringBuilder text, string title, MarkdownSection section)
    {
        text.Append('\n').Append(title).Append('\n');
        foreach (var line in PlainText.Lines(section.Blocks, Width))
            text.Append(line.Length == 0 ? "" : Indent).Append(line).Append('\n');
    }
}

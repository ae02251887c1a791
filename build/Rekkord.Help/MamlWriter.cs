using System.Globalization;
using System.Xml.Linq;
using Markdig.Syntax;

namespace Rekkord.Help;

/// <summary>Writes the pages of cmdlets as MAML, the XML that Get-Help reads.</summary>
internal static class MamlWriter
{
    // Get-Help indents by four and by eight columns what it shows in eighty.
    private const int Width = 75;
    private const int IndentedWidth = 71;
    private const int TitleWidth = 74;

    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";
    private static readonly XNamespace Items = "http://msh";

    public static void Write(IEnumerable<CommandPage> pages, string path) =>
        new XDocument(
            new XElement(
                Items + "helpItems",
                new XAttribute("schema", "maml"),
                new XAttribute(XNamespace.Xmlns + "maml", Maml),
                new XAttribute(XNamespace.Xmlns + "command", Command),
                new XAttribute(XNamespace.Xmlns + "dev", Dev),
                pages.Select(CommandOf))).Save(path);

    private static XElement CommandOf(CommandPage page) => new(
        Command + "command",
        new XElement(
            Command + "details",
            new XElement(Command + "name", page.Command.Name),
            new XElement(Command + "verb", page.Command.Verb),
            new XElement(Command + "noun", page.Command.Noun),
            Description(page.Section("SYNOPSIS").Blocks, int.MaxValue)),
        Description(page.Section("DESCRIPTION").Blocks, Width),
        new XElement(
            Command + "syntax",
            page.Syntaxes.Select(order => new XElement(
                Command + "syntaxItem",
                new XElement(Maml + "name", page.Command.Name),
                order.Select(facts => ParameterOf(facts, SyntaxValueOf(facts)))))),
        new XElement(Command + "parameters", page.Parameters.Select(parameter => ParameterOf(parameter.Facts, DetailsOf(parameter.Facts, parameter.Section)))),
        new XElement(Command + "inputTypes", TypesOf(page.Section("INPUTS"), "inputType")),
        new XElement(Command + "returnValues", TypesOf(page.Section("OUTPUTS"), "returnValue")),
        NotesOf("Errors", page.Section("ERRORS")),
        NotesOf("Notes", page.Section("NOTES")),
        new XElement(Command + "examples", page.Examples.Select(ExampleOf)),
        new XElement(
            Command + "relatedLinks",
            page.Links.Select(link => new XElement(Maml + "navigationLink", new XElement(Maml + "linkText", link), new XElement(Maml + "uri")))));

    private static XElement Description(IEnumerable<Block> blocks, int width) => new(Maml + "description", Paragraphs(blocks, width));

    private static IEnumerable<XElement> Paragraphs(IEnumerable<Block> blocks, int width) =>
        PlainText.Paragraphs(blocks, width).Select(text => new XElement(Maml + "para", text));

    private static XElement ParameterOf(ParameterFacts facts, IEnumerable<XElement> content) => new(
        Command + "parameter",
        new XAttribute("required", facts.IsMandatory ? "true" : "false"),
        new XAttribute("variableLength", facts.Type.IsArray ? "true" : "false"),
        new XAttribute("globbing", facts.TakesWildcards ? "true" : "false"),
        new XAttribute("pipelineInput", PipelineInputOf(facts)),
        new XAttribute("position", facts.Position?.ToString(CultureInfo.InvariantCulture) ?? "named"),
        new XAttribute("aliases", facts.Aliases.Count == 0 ? "none" : string.Join(", ", facts.Aliases)),
        new XElement(Maml + "name", facts.Name),
        content);

    private static string PipelineInputOf(ParameterFacts facts) => (facts.FromPipeline, facts.FromPipelineByPropertyName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    /// <summary>What stands behind a parameter's name in a syntax: nothing, the words it takes, or its type.</summary>
    private static IEnumerable<XElement> SyntaxValueOf(ParameterFacts facts)
    {
        if (facts.IsSwitch)
            return [];
        if (facts.AcceptedValues.Count > 0)
            return [new XElement(Command + "parameterValueGroup", facts.AcceptedValues.Select(value => ValueOf(value, isRequired: false)))];
        return [ValueOf(facts.Type.Name, isRequired: true)];
    }

    private static IEnumerable<XElement> DetailsOf(ParameterFacts facts, MarkdownSection section)
    {
        yield return Description(section.Blocks, IndentedWidth);
        if (facts.AcceptedValues.Count > 0)
            yield return new XElement(Command + "parameterValueGroup", facts.AcceptedValues.Select(value => ValueOf(value, isRequired: false)));
        yield return ValueOf(facts.Type.Name, isRequired: !facts.IsSwitch);
        yield return TypeOf(facts.Type.FullName!);
        yield return new XElement(Dev + "defaultValue", facts.DefaultValue);
    }

    private static XElement ValueOf(string value, bool isRequired) =>
        new(Command + "parameterValue", new XAttribute("required", isRequired ? "true" : "false"), value);

    private static XElement TypeOf(string name) => new(Dev + "type", new XElement(Maml + "name", name), new XElement(Maml + "uri"));

    private static IEnumerable<XElement> TypesOf(MarkdownSection section, string element) =>
        section.Sections.Select(type => new XElement(Command + element, TypeOf(type.Title), Description(type.Blocks, IndentedWidth)));

    private static XElement NotesOf(string title, MarkdownSection section) => new(
        Maml + "alertSet", new XElement(Maml + "title", title), new XElement(Maml + "alert", Paragraphs(section.Blocks, IndentedWidth)));

    private static XElement ExampleOf(HelpExample example, int index)
    {
        var title = $" Example {index + 1}: {example.Title} ";
        var left = Math.Max(2, (TitleWidth - title.Length) / 2);
        var remarks = Paragraphs(example.Remarks, Width).ToList();
        return new XElement(
            Command + "example",
            new XElement(Maml + "title", new string('-', left) + title + new string('-', Math.Max(2, TitleWidth - title.Length - left))),
            new XElement(Dev + "code", example.Code),
            // The empty paragraph is the empty line before the next example, where Get-Help has none of its own.
            new XElement(Dev + "remarks", remarks, remarks.Count == 0 ? null : new XElement(Maml + "para")));
    }
}

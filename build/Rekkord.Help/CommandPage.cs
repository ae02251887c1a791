using System.Text.RegularExpressions;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Rekkord.Help;

/// <summary>An example: a title, code that a test runs, and what it does.</summary>
internal sealed record HelpExample(string Title, string Code, IReadOnlyList<Block> Remarks);

/// <summary>The page of a cmdlet, checked against the cmdlet.</summary>
internal sealed partial class CommandPage
{
    private const int FewestExamples = 2;
    private const int CodeWidth = 76;
    private const string ExampleLanguage = "powershell";

    private static readonly string[] SectionNames =
        ["SYNOPSIS", "SYNTAX", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "ERRORS", "NOTES", "RELATED LINKS"];

    private readonly MarkdownPage _page;
    private readonly PageErrors _errors;

    public CommandPage(MarkdownPage page, CommandFacts command, PageErrors errors)
    {
        (_page, _errors, Command) = (page, errors, command);
        page.CheckCodeWidth(Section("EXAMPLES"), CodeWidth, errors);
        CheckSections();
        Parameters = ReadParameters();
        Examples = ReadExamples();
        CheckSyntax();
        CheckTypes();
    }

    public CommandFacts Command { get; }

    /// <summary>The parameters in the order of the page.</summary>
    public IReadOnlyList<(ParameterFacts Facts, MarkdownSection Section)> Parameters { get; }

    public IReadOnlyList<HelpExample> Examples { get; }

    /// <summary>The parameters as the syntax of each set has them: by position, then in the order of the page.</summary>
    public IEnumerable<IEnumerable<ParameterFacts>> Syntaxes => Command.ParameterSets.Select(set =>
        Parameters.Select(parameter => parameter.Facts).Where(facts => facts.Set is null || facts.Set == set).OrderBy(facts => facts.Position ?? int.MaxValue));

    public IEnumerable<string> Links => Section("RELATED LINKS").Inlines<LinkInline>().Select(link => PlainText.Of(link));

    public MarkdownSection Section(string name) => _page.Root.Sections.FirstOrDefault(section => section.Title == name) ?? new MarkdownSection(name, 1);

    private void CheckSections()
    {
        var found = _page.Root.Sections;
        if (!found.Select(section => section.Title).SequenceEqual(SectionNames))
            _errors.Add(_page.Path, 1, $"The sections of a cmdlet's page are, in this order: {string.Join(", ", SectionNames)}.");
        foreach (var section in found.Where(section => section.Blocks.Count + section.Sections.Count == 0))
            _errors.Add(_page.Path, section.Line, $"The section {section.Title} is empty.");
    }

    private List<(ParameterFacts Facts, MarkdownSection Section)> ReadParameters()
    {
        var found = new List<(ParameterFacts Facts, MarkdownSection Section)>();
        foreach (var section in Section("PARAMETERS").Sections)
        {
            if (Command.Parameters.FirstOrDefault(parameter => $"-{parameter.Name}" == section.Title) is not { } facts)
                _errors.Add(_page.Path, section.Line, $"{Command.Name} has no parameter '{section.Title}'.");
            else if (found.Any(other => other.Facts == facts))
                _errors.Add(_page.Path, section.Line, $"The parameter {section.Title} is described twice.");
            else
                found.Add((facts, section));
            if (section.Blocks.Count == 0)
                _errors.Add(_page.Path, section.Line, $"The parameter {section.Title} is not described.");
        }

        foreach (var missing in Command.Parameters.Where(facts => found.All(other => other.Facts != facts)))
            _errors.Add(_page.Path, Section("PARAMETERS").Line, $"The parameter -{missing.Name} of {Command.Name} is missing.");
        return found;
    }

    private List<HelpExample> ReadExamples()
    {
        var sections = Section("EXAMPLES").Sections;
        if (sections.Count < FewestExamples)
            _errors.Add(_page.Path, Section("EXAMPLES").Line, $"A page has at least {FewestExamples} examples; this one has {sections.Count}.");
        var found = new List<HelpExample>();
        foreach (var section in sections)
        {
            if (section.Blocks is [FencedCodeBlock { Info: ExampleLanguage } code, .. var remarks])
                found.Add(new HelpExample(section.Title, PlainText.CodeOf(code), remarks));
            else
                _errors.Add(_page.Path, section.Line, $"An example is a heading, then code marked as '{ExampleLanguage}', then what it does.");
        }

        return found;
    }

    private void CheckSyntax()
    {
        var expected = string.Join(' ', Syntaxes.Select(order => string.Join(' ', [Command.Name, .. order.Select(facts => facts.Syntax), "[<CommonParameters>]"])));
        var found = Section("SYNTAX").Blocks is [CodeBlock code] ? Spaces().Replace(PlainText.CodeOf(code), " ") : "";
        if (found != expected)
            _errors.Add(_page.Path, Section("SYNTAX").Line, $"The syntax is, in a code block: {expected}");
    }

    private void CheckTypes()
    {
        var takesInput = Command.Parameters.Any(facts => facts.FromPipeline || facts.FromPipelineByPropertyName);
        var inputs = Section("INPUTS").Sections;
        if (inputs.Count == 0 || takesInput == inputs.Any(section => section.Title == "None"))
            _errors.Add(_page.Path, Section("INPUTS").Line, takesInput ? "Name the types that can be piped, each as a heading." : "Nothing can be piped: write '### None'.");

        var outputs = Section("OUTPUTS");
        if (!outputs.Sections.Select(section => section.Title).SequenceEqual(Command.OutputTypes.Select(type => type.FullName)))
            _errors.Add(_page.Path, outputs.Line, $"The types are, each as a heading: {string.Join(", ", Command.OutputTypes.Select(type => type.FullName))}.");
        foreach (var (section, type) in outputs.Sections.Zip(Command.OutputTypes))
        {
            var words = section.Inlines<CodeInline>().Select(code => code.Content).ToHashSet();
            var missing = type.GetProperties().Select(property => property.Name).Where(name => !words.Contains(name)).ToList();
            if (missing.Count > 0)
                _errors.Add(_page.Path, section.Line, $"Properties of {type.Name} are missing: `{string.Join("`, `", missing)}`.");
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

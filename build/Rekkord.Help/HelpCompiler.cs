namespace Rekkord.Help;

/// <summary>Compiles all pages of a directory: one per cmdlet into one MAML file, and the about topics into a text file each.</summary>
internal static class HelpCompiler
{
    private const string MamlFile = "Rekkord.Cmdlets.dll-Help.xml";
    private const string TopicPrefix = "about_";
    private const string TopicSuffix = ".help.txt";

    /// <summary>Writes nothing when a page is wrong.</summary>
    public static void Run(IReadOnlyList<CommandFacts> commands, string pageDirectory, string outputDirectory, PageErrors errors)
    {
        var pages = Directory.GetFiles(pageDirectory, "*.md").Order(StringComparer.Ordinal).Select(path => MarkdownPage.Load(path, errors)).ToList();
        var topics = pages.Where(IsTopic).ToDictionary(page => page.Name, page => new AboutTopic(page, errors));
        var commandPages = ReadCommandPages(commands, pages, pageDirectory, errors);
        if (errors.All.Count > 0)
            return;

        Directory.CreateDirectory(outputDirectory);
        foreach (var old in Directory.GetFiles(outputDirectory, $"{TopicPrefix}*{TopicSuffix}"))
            File.Delete(old);
        foreach (var (name, topic) in topics)
            File.WriteAllText(Path.Combine(outputDirectory, name + TopicSuffix), topic.ToText());
        // Last, because its time is the one that the build compares.
        MamlWriter.Write(commandPages, Path.Combine(outputDirectory, MamlFile));
    }

    private static bool IsTopic(MarkdownPage page) => page.Name.StartsWith(TopicPrefix, StringComparison.Ordinal);

    private static List<CommandPage> ReadCommandPages(
        IReadOnlyList<CommandFacts> commands, IReadOnlyList<MarkdownPage> pages, string pageDirectory, PageErrors errors)
    {
        var found = new List<CommandPage>();
        foreach (var page in pages.Where(page => !IsTopic(page)))
        {
            if (commands.FirstOrDefault(command => command.Name == page.Name) is { } command)
                found.Add(new CommandPage(page, command, errors));
            else
                errors.Add(page.Path, 1, $"There is no cmdlet {page.Name}.");
        }

        foreach (var command in commands.Where(command => pages.All(page => page.Name != command.Name)))
            errors.Add(Path.Combine(pageDirectory, command.Name + ".md"), 1, $"The cmdlet {command.Name} has no page.");
        return found;
    }
}

namespace Rekkord.Help;

/// <summary>What is wrong with the pages. All of it is collected, so that one build tells everything.</summary>
internal sealed class PageErrors
{
    private readonly List<string> _all = [];

    /// <summary>The errors, in the form that MSBuild reads.</summary>
    public IReadOnlyList<string> All => _all;

    public void Add(string path, int line, string message) => _all.Add($"{path}({line}): error HELP: {message}");
}

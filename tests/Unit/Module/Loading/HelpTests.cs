namespace Rekkord.Module.Tests.Loading;

/// <summary>What Get-Help shows of the module.</summary>
public sealed class HelpTests
{
    private static readonly string Installed = Path.Combine(Path.GetDirectoryName(TestAssembly.ModuleManifest)!, "en-US");

    [Fact]
    public void The_help_about_hooks_is_the_whole_of_the_documentation()
    {
        var help = File.ReadAllText(Path.Combine(Installed, "about_Rekkord_Hooks.help.txt")).ReplaceLineEndings("\n");
        var document = File.ReadAllText(Path.Combine(TestAssembly.Documentation, "hooks.md")).ReplaceLineEndings("\n");
        Assert.StartsWith("TOPIC\n    about_Rekkord_Hooks\n\nSHORT DESCRIPTION\n    ", help, StringComparison.Ordinal);
        Assert.EndsWith(document, help, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_topic_that_another_one_points_to_is_installed()
    {
        var topics = Directory.GetFiles(Installed, "*.help.txt").Select(file => Path.GetFileName(file)[..^".help.txt".Length]).ToList();
        Assert.Equal(["about_Rekkord", "about_Rekkord_Hooks"], topics.Order(StringComparer.Ordinal));
    }
}

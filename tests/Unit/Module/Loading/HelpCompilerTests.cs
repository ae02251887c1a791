using System.Diagnostics;
using System.Reflection;

namespace Rekkord.Module.Tests.Loading;

/// <summary>The build refuses a page of the help that does not fit its cmdlet, and says where.</summary>
public sealed class HelpCompilerTests : IDisposable
{
    private readonly string _pages = Path.Combine(TestDirectory.Work, Path.GetRandomFileName());
    private readonly string _output = Path.Combine(TestDirectory.Work, Path.GetRandomFileName());

    public HelpCompilerTests()
    {
        // Links of the pages lead to documents one directory up.
        Directory.CreateDirectory(Path.Combine(_pages, "en-US"));
        foreach (var path in Directory.GetFiles(TestAssembly.Documentation, "*.md"))
            File.Copy(path, Path.Combine(_pages, Path.GetFileName(path)));
        foreach (var path in Directory.GetFiles(Path.Combine(TestAssembly.Documentation, "en-US")))
            File.Copy(path, Path.Combine(_pages, "en-US", Path.GetFileName(path)));
    }

    public void Dispose()
    {
        Directory.Delete(_pages, recursive: true);
        if (Directory.Exists(_output))
            Directory.Delete(_output, recursive: true);
    }

    [Fact]
    public void The_pages_of_the_project_compile_and_an_old_topic_goes()
    {
        Directory.CreateDirectory(_output);
        File.WriteAllText(Path.Combine(_output, "about_Gone.help.txt"), "");

        Assert.Empty(Compile());

        Assert.Equal(
            Directory.GetFiles(Path.Combine(_pages, "en-US"), "about_*.md").Select(Path.GetFileNameWithoutExtension).Append("Rekkord.Cmdlets.dll-Help").Order(),
            Directory.GetFiles(_output).Select(path => Path.GetFileName(path).Replace(".help.txt", "").Replace(".xml", "")).Order());
    }

    [Fact]
    public void Each_page_that_does_not_fit_is_an_error_at_its_line()
    {
        var missing = Edit("Get-RekkordItem", "### -Depth\n\nAlso lists this many levels below the first. `-Depth 0` is the first level only.\n\n", "", "## PARAMETERS");
        var unknown = Edit("New-RekkordKey", "### -Role", "### -Power", "### -Power");
        var undescribed = Edit("Get-RekkordHook", "The phases to list. Without it, all four are listed.\n", "", "### -Phase");
        var few = Edit("Get-RekkordConfig", "```powershell", "```text", "### See what is in force");
        var syntax = Edit("Invoke-RekkordScan", "[-MaxAge <TimeSpan>]", "[-MaxAge <Int32>]", "## SYNTAX");
        var property = Edit("Revoke-RekkordKey", "`KeyId`, `Time`", "`KeyId`", "### Rekkord.Cmdlets.Models.RekkordRevocation");
        var section = Edit("Invoke-RekkordHook", "## ERRORS", "## MISTAKES", "# Invoke-RekkordHook");
        var link = Edit("about_Rekkord", "(about_Rekkord_Hooks.md)", "(about_Rekkord_Hocks.md)", "- [about_Rekkord_Hooks](about_Rekkord_Hocks.md)");
        var wide = Edit("about_Rekkord_Security", "New-RekkordKey LogOnly", "New-RekkordKey                  LogOnly", "New-RekkordKey                  LogOnly ./monitor.key ~/rekkord-master.key");
        File.Delete(PageOf("Compare-RekkordSnapshot"));

        var errors = Compile();

        Assert.Contains($"{missing}: error HELP: The parameter -Depth of Get-RekkordItem is missing.", errors);
        Assert.Contains($"{unknown}: error HELP: New-RekkordKey has no parameter '-Power'.", errors);
        Assert.Contains(errors, error => error.EndsWith("The parameter -Role of New-RekkordKey is missing.", StringComparison.Ordinal));
        Assert.Contains($"{undescribed}: error HELP: The parameter -Phase is not described.", errors);
        Assert.Contains($"{few}: error HELP: An example is a heading, then code marked as 'powershell', then what it does.", errors);
        Assert.Contains(errors, error => error.StartsWith($"{syntax}: error HELP: The syntax is, in a code block: Invoke-RekkordScan [-Full] [-MaxAge <TimeSpan>]", StringComparison.Ordinal));
        Assert.Contains($"{property}: error HELP: Properties of RekkordRevocation are missing: `Time`.", errors);
        Assert.Contains(errors, error => error.StartsWith($"{section}: error HELP: The sections of a cmdlet's page are", StringComparison.Ordinal));
        Assert.Contains($"{link}: error HELP: The link leads to 'about_Rekkord_Hocks.md', which does not exist.", errors);
        Assert.Contains($"{wide}: error HELP: A line of code has at most 72 characters: Get-Help shows it in eighty columns.", errors);
        Assert.Contains($"{PageOf("Compare-RekkordSnapshot")}(1): error HELP: The cmdlet Compare-RekkordSnapshot has no page.", errors);
        Assert.False(Directory.Exists(_output));
    }

    [Fact]
    public void A_page_with_one_example_and_one_without_a_cmdlet_are_errors()
    {
        var page = PageOf("Get-RekkordHook");
        var text = File.ReadAllText(page).ReplaceLineEndings("\n");
        var second = text.IndexOf("### Find hooks that would not run", StringComparison.Ordinal);
        File.WriteAllText(page, text.Remove(second, text.IndexOf("## PARAMETERS", StringComparison.Ordinal) - second));
        File.Copy(page, PageOf("Get-RekkordHock"));

        var errors = Compile();

        Assert.Contains(errors, error => error.EndsWith("A page has at least 2 examples; this one has 1.", StringComparison.Ordinal));
        Assert.Contains($"{PageOf("Get-RekkordHock")}(1): error HELP: There is no cmdlet Get-RekkordHock.", errors);
    }

    private string PageOf(string name) => Path.Combine(_pages, "en-US", name + ".md");

    /// <summary>Changes a page, the first time that the text stands there.</summary>
    /// <returns>Where a line stands afterwards, as an error names it.</returns>
    private string Edit(string name, string old, string changed, string line)
    {
        var text = File.ReadAllText(PageOf(name)).ReplaceLineEndings("\n");
        var place = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(place >= 0, $"{name} has no '{old}'.");
        text = text.Remove(place, old.Length).Insert(place, changed);
        File.WriteAllText(PageOf(name), text);
        return $"{PageOf(name)}({Array.IndexOf(text.Split('\n'), line) + 1})";
    }

    private string[] Compile()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [GetMetadata("RekkordHelpCompiler"), GetMetadata("RekkordCmdlets"), Path.Combine(_pages, "en-US"), _output])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.Equal(errors.Length == 0 ? 0 : 1, process.ExitCode);
        return errors;
    }

    private static string GetMetadata(string key) =>
        typeof(HelpCompilerTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}

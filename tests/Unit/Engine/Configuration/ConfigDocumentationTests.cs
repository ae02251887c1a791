using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Rekkord.Engine.Configuration;

namespace Rekkord.Engine.Tests.Configuration;

public sealed partial class ConfigDocumentationTests
{
    [Fact]
    public void The_documentation_lists_exactly_the_keys_there_are_with_their_variables_and_defaults()
    {
        var rows = Row().Matches(File.ReadAllText(DocumentPath())).Select(row => row.Groups).ToDictionary(row => $"{row[1].Value}.{row[2].Value}");
        Assert.Equal(ConfigSchema.Keys.Select(key => key.FullName), rows.Keys);
        foreach (var key in ConfigSchema.Keys)
        {
            var row = rows[key.FullName];
            Assert.Equal(
                new[] { key.EnvironmentVariable, key.AlternativeVariable }.OfType<string>(),
                row[5].Value.Split('`', ' ', ',').Where(word => word.StartsWith("REKKORD_", StringComparison.Ordinal)));
            Assert.Equal(key.IsSecret, row[3].Value.Contains("secret", StringComparison.Ordinal));
            if (key.Default is { } text)
                Assert.Equal(text, row[4].Value.Trim());
            if (key.Type == ConfigValueType.Number)
                Assert.Equal($"number, {key.Minimum} to {key.Maximum}", row[3].Value.Trim());
        }
    }

    [GeneratedRegex(@"^\| ([A-Z]\w+) \| ([A-Z]\w+) \|([^|]*)\|([^|]*)\|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private static string DocumentPath([CallerFilePath] string thisFile = "")
    {
        var directory = new FileInfo(thisFile).Directory!;
        while (!File.Exists(Path.Combine(directory.FullName, "docs", "configuration.md")))
            directory = directory.Parent!;
        return Path.Combine(directory.FullName, "docs", "configuration.md");
    }
}

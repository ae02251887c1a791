namespace Rekkord.Engine.Configuration.Syntax;

/// <summary>A file as read, in either form.</summary>
/// <param name="Items">Its keys and values, in order.</param>
/// <param name="Sections">Its section headings, in order, also those without keys.</param>
internal sealed record ConfigDocument(IReadOnlyList<ConfigItem> Items, IReadOnlyList<(string Name, ConfigPosition Position)> Sections)
{
    /// <exception cref="ConfigurationException"><c>ConfigDuplicateKey</c>.</exception>
    public void ThrowIfKeyRepeated(string file)
    {
        Dictionary<(string, string), ConfigItem> seen = [];
        foreach (var item in Items)
            if (!seen.TryAdd((item.Section, item.Name), item))
                throw new ConfigurationException("ConfigDuplicateKey", file, item.KeyPosition,
                    $"'{item.Name}' is set in [{item.Section}] a second time; the first is in line "
                    + $"{seen[(item.Section, item.Name)].KeyPosition.Line}. Remove one of them.");
    }
}

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
        {
            if (!seen.TryAdd((item.Section, item.Name), item))
            {
                throw new ConfigurationException("ConfigDuplicateKey", file, item.KeyPosition,
                    $"'{item.Name}' is set in [{item.Section}] a second time. The first is in line "
                    + $"{seen[(item.Section, item.Name)].KeyPosition.Line}. Remove one of them.");
            }
        }
    }
}

/// <summary>One <c>key = value</c> of a file, before the schema has looked at it.</summary>
/// <param name="Section">The section it stands in; empty when it stands before the first.</param>
/// <param name="Name">The key.</param>
/// <param name="Value">A string, <see cref="bool"/>, <see cref="long"/>, or the value's text in an <see cref="UnsupportedValue"/>.</param>
/// <param name="IsTyped">Whether the form has types (TOML), so that the text <c>"true"</c> is not a truth value.</param>
/// <param name="SectionPosition">Where the section is named.</param>
/// <param name="KeyPosition">Where the key stands.</param>
/// <param name="ValuePosition">Where the value stands.</param>
internal sealed record ConfigItem(
    string Section,
    string Name,
    object Value,
    bool IsTyped,
    ConfigPosition SectionPosition,
    ConfigPosition KeyPosition,
    ConfigPosition ValuePosition)
{
    /// <summary>A value of a type that no key has.</summary>
    /// <param name="Description">The type, as in "an array".</param>
    internal sealed record UnsupportedValue(string Description);
}

/// <summary>A place in a configuration file.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1, in characters.</param>
public readonly record struct ConfigPosition(int Line, int Column);

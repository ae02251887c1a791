using Rekkord.Engine.Configuration.Syntax;

namespace Rekkord.Cmdlets.Models;

/// <summary>One setting as it is in force.</summary>
public sealed class RekkordConfigValue
{
    internal RekkordConfigValue(ConfigEntry entry)
    {
        Section = entry.Key.Section;
        Name = entry.Key.Name;
        Value = entry.DisplayValue;
        Source = entry.Source.ToString();
        Origin = entry.Origin;
    }

    /// <summary>The section of the configuration file.</summary>
    public string Section { get; }

    /// <summary>The key in the section.</summary>
    public string Name { get; }

    /// <summary>The value; null when unset. A secret is shown as stars.</summary>
    public string? Value { get; }

    /// <summary>Default, File, Environment or Parameter.</summary>
    public string Source { get; }

    /// <summary>The file with line, the variable, or the parameter; null for a default.</summary>
    public string? Origin { get; }

    /// <summary>Section, key and value.</summary>
    public override string ToString() => $"[{Section}] {Name} = {Value}";
}

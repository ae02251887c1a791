namespace Rekkord.Engine.Configuration;

/// <summary>A setting's value and where it came from.</summary>
/// <typeparam name="T">Its type; nullable where a setting can be left unset.</typeparam>
/// <param name="Value">The value, or the default.</param>
/// <param name="Source">Where it came from.</param>
public sealed record ConfigValue<T>(T Value, ConfigSource Source)
{
    /// <summary>Where it came from only: a value can be a secret, and a record prints its members.</summary>
    public override string ToString() => $"(from {Source})";
}

/// <summary>Where a setting's value came from, weakest first.</summary>
public enum ConfigSource
{
    /// <summary>Nobody set it.</summary>
    Default,

    /// <summary>The configuration file.</summary>
    File,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>A parameter of the command.</summary>
    Parameter,
}

/// <summary>A setting as it may be shown: secrets are blotted out.</summary>
/// <param name="Key">The key.</param>
/// <param name="DisplayValue">The value as text, <c>(hidden)</c> for a secret that is set, null when it is unset.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Origin">The file with its line, the variable's or the parameter's name; null for a default.</param>
public sealed record ConfigEntry(ConfigKey Key, string? DisplayValue, ConfigSource Source, string? Origin);

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

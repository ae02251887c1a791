namespace Rekkord.Engine.Configuration;

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

namespace Rekkord.Engine.Configuration;

/// <summary>What a setting's text must be.</summary>
public enum ConfigValueType
{
    /// <summary>Any text that is not empty.</summary>
    Text,

    /// <summary>A path; a relative one is relative to the directory of the configuration file.</summary>
    Path,

    /// <summary>A repository: a URL, <c>user@host:path</c>, or a path like <see cref="Path"/>.</summary>
    Location,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A length of time such as <c>90s</c> or <c>2h30m</c>.</summary>
    Duration,
}

namespace Rekkord.Engine.Configuration;

/// <summary>One key of the configuration: both file forms, the environment, the model and the documentation go by this.</summary>
/// <param name="Section">Its section, such as <c>Hooks</c>.</param>
/// <param name="Name">Its name, such as <c>HookTimeout</c>.</param>
/// <param name="Type">What its value must be.</param>
/// <param name="Description">What it does, in one line.</param>
public sealed record ConfigKey(string Section, string Name, ConfigValueType Type, string Description)
{
    /// <summary>The environment variable that overrides the file; null when there is none.</summary>
    public string? EnvironmentVariable { get; init; }

    /// <summary>Another variable with the same meaning, which Rekkord reads; null when there is none.</summary>
    public string? AlternativeVariable { get; init; }

    /// <summary>The default as text; null when the setting is unset by default.</summary>
    public string? Default { get; init; }

    /// <summary>Whether the value must never be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The key in the same section that gives the secret itself, where this one says where it is; null for all others.</summary>
    public string? InsteadOf { get; init; }

    /// <summary>The least number allowed.</summary>
    public int Minimum { get; init; } = int.MinValue;

    /// <summary>The greatest number allowed.</summary>
    public int Maximum { get; init; } = int.MaxValue;

    /// <summary>Section and name, as in <c>Hooks.HookTimeout</c>.</summary>
    public string FullName => $"{Section}.{Name}";
}

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

    /// <summary>A number of bytes such as <c>500KB</c> or <c>2MB</c>.</summary>
    Size,

    /// <summary>Where a secret is: <c>secret:vault/name</c>, <c>command:program arguments</c> or <c>credential:name</c>.</summary>
    SecretReference,
}

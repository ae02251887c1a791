using System.Management.Automation;
using Rekkord.Engine.Configuration;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>The cmdlets that work with a configuration.</summary>
public abstract class ConfigurationCommand : RekkordCommand
{
    /// <summary>The configuration file; otherwise <c>$env:REKKORD_CONFIG_FILE</c>, the user's, or the machine's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? ConfigPath { get; set; }

    /// <summary>The repository's path or URL; otherwise <c>$env:REKKORD_REPOSITORY</c> or the configuration's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? Repository { get; set; }

    /// <summary>The keyfile; otherwise <c>$env:REKKORD_KEY_FILE</c> or the configuration's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? KeyFile { get; set; }

    /// <summary>The configuration in force.</summary>
    /// <param name="settings">What parameters of the command say of other keys, by section and name.</param>
    private protected RekkordConfig LoadConfig(IReadOnlyDictionary<string, string>? settings = null) => RekkordConfig.Load(new ConfigurationRequest
    {
        ConfigPath = ConfigPath is null ? null : ResolvePath(ConfigPath),
        Repository = Repository is null ? null : ResolveLocation(Repository),
        KeyFile = KeyFile is null ? null : ResolvePath(KeyFile),
        WorkingDirectory = CurrentDirectory,
        Settings = settings ?? new Dictionary<string, string>(),
    });
}

using System.Management.Automation;
using Rekkord.Engine.Configuration;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>The cmdlets that take snapshots, or what is in them, from a pipeline. Objects from a drive say which repository they are of.</summary>
public abstract class SnapshotInputCommand : RepositoryCommand
{
    private readonly Dictionary<(string?, string?, string?), RekkordConfig> _configs = [];

    /// <inheritdoc/>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public override string? ConfigPath { get; set; }

    /// <inheritdoc/>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public override string? Repository { get; set; }

    /// <inheritdoc/>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public override string? KeyFile { get; set; }

    /// <summary>The configuration for the object that came last. It is the same one for all that come from the same place.</summary>
    private protected RekkordConfig FindConfig()
    {
        var place = (ConfigPath, Repository, KeyFile);
        if (!_configs.TryGetValue(place, out var config))
            _configs[place] = config = LoadConfig();
        return config;
    }
}

using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Shows the configuration in force, and where each value comes from.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordConfig")]
[OutputType(typeof(RekkordConfig))]
public sealed class GetRekkordConfigCommand : ConfigurationCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() => WriteObject(new RekkordConfig(LoadConfig())));
}

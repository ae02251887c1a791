using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Lists, in order, which hooks would run and which would be refused, without running anything.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordHook")]
[OutputType(typeof(RekkordHook))]
public sealed class GetRekkordHookCommand : ConfigurationCommand
{
    /// <summary>The phases to list; all if none is given.</summary>
    [Parameter(Position = 0)]
    public RekkordHookPhase[] Phase { get; set; } = Enum.GetValues<RekkordHookPhase>();

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var settings = LoadConfig().Hooks.ToHookSettings();
        foreach (var phase in Phase)
        {
            try
            {
                foreach (var hook in HookPlan.Discover((HookPhase)phase, settings).Hooks)
                    WriteObject(new RekkordHook(hook));
            }
            catch (RekkordException error)
            {
                WriteError(ErrorRecords.Create(error));
            }
        }
    });
}

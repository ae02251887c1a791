using System.Management.Automation;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Hooks;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>A script's streams, sorted by the types of what comes out of them merged.</summary>
internal sealed class ScriptHookStreams
{
    public BoundedRecords Output { get; } = new();

    public BoundedRecords Errors { get; } = new();

    public BoundedRecords Warnings { get; } = new();

    public BoundedRecords Verbose { get; } = new();

    public BoundedRecords Information { get; } = new();

    /// <summary>How much of the streams that the result has no count for was not kept; null when all of it was.</summary>
    public string? DescribeOtherDropped()
    {
        (string Name, long Bytes)[] dropped = [("warnings", Warnings.Dropped), ("verbose messages", Verbose.Dropped), ("information", Information.Dropped)];
        var parts = dropped.Where(stream => stream.Bytes > 0).Select(stream => $"{Sizes.Format(stream.Bytes)} of {stream.Name}").ToList();
        return parts.Count == 0 ? null : $"{string.Join(", ", parts)} before the last {Sizes.Format(BoundedRecords.Capacity)} of each were not kept.";
    }

    /// <summary>What the last error said, on one line.</summary>
    public string? LastError => Errors.Kept is [.., ErrorRecord error] ? error.ToString().ReplaceLineEndings(" ") : null;

    /// <summary>What a program wrote last to its standard error.</summary>
    public string? LastProgramWords => LastWords.Of(Errors.Kept.OfType<ErrorRecord>().Where(IsFromProgram).Select(error => error.ToString()));

    /// <summary>Whether an error is but a line that a program wrote to its standard error.</summary>
    public static bool IsFromProgram(ErrorRecord error) =>
        error.FullyQualifiedErrorId.StartsWith("NativeCommandError", StringComparison.Ordinal);

    public void Add(PSObject? item)
    {
        switch (item?.BaseObject)
        {
            case ErrorRecord error: Errors.Add(error); break;
            case WarningRecord warning: Warnings.Add(warning); break;
            case VerboseRecord verbose: Verbose.Add(verbose); break;
            case DebugRecord: break;
            case InformationRecord information: Information.Add(information); break;
            case var value: Output.Add(item?.BaseObject is PSCustomObject ? item : value); break;
        }
    }

    public void AddError(ErrorRecord error)
    {
        if (!Errors.Kept.Contains(error))
            Errors.Add(error);
    }
}

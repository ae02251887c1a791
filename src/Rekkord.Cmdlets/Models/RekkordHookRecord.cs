using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Cmdlets.Models;

/// <summary>What a snapshot remembers of a pre-save hook.</summary>
public sealed class RekkordHookRecord
{
    internal RekkordHookRecord(HookRecord record)
    {
        Name = record.Name;
        Status = (RekkordHookStatus)record.Status;
        ExitCode = record.ExitCode;
        Duration = record.Duration;
    }

    /// <summary>The hook's file name.</summary>
    public string Name { get; }

    /// <summary>How it ended.</summary>
    public RekkordHookStatus Status { get; }

    /// <summary>Its exit code; null when there was none.</summary>
    public int? ExitCode { get; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The hook's name and how it ended.</summary>
    public override string ToString() => $"{Name}: {Status}";
}

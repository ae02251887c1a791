using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Cmdlets.Models;

/// <summary>How one hook ended, with what it wrote.</summary>
public sealed class RekkordHookResult
{
    internal RekkordHookResult(HookResult result)
    {
        Phase = (RekkordHookPhase)result.Hook.Phase;
        Order = result.Hook.Order;
        Name = result.Hook.Name;
        Path = result.Hook.Path;
        Kind = (RekkordHookKind)result.Hook.Kind;
        Status = (RekkordHookStatus)result.Status;
        Succeeded = result.Succeeded;
        ExitCode = result.ExitCode;
        Signal = result.Signal;
        StartTime = result.StartTime;
        Duration = result.Duration;
        Output = [.. result.Output];
        ErrorOutput = [.. result.ErrorOutput];
        Warnings = [.. result.Warnings];
        Verbose = [.. result.Verbose];
        Information = [.. result.Information];
        OutputDropped = result.OutputDropped;
        ErrorOutputDropped = result.ErrorOutputDropped;
        Reason = result.Reason;
        Remedy = result.Remedy;
        Note = result.Note;
    }

    /// <summary>The phase it ran in.</summary>
    public RekkordHookPhase Phase { get; }

    /// <summary>Its place in the phase, from 1.</summary>
    public int Order { get; }

    /// <summary>Its file name.</summary>
    public string Name { get; }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>How it was run.</summary>
    public RekkordHookKind Kind { get; }

    /// <summary>How it ended.</summary>
    public RekkordHookStatus Status { get; }

    /// <summary>Whether that is success.</summary>
    public bool Succeeded { get; }

    /// <summary>Its exit code; null if it never started, was killed by a signal, or is a script that did not exit.</summary>
    public int? ExitCode { get; }

    /// <summary>The signal that ended it, such as <c>SIGKILL</c>; null when none did.</summary>
    public string? Signal { get; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartTime { get; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Duration { get; }

    /// <summary>What it wrote to standard output, as lines, or the objects a script emitted.</summary>
    public object?[] Output { get; }

    /// <summary>What it wrote to standard error, as lines, or a script's error records.</summary>
    public object?[] ErrorOutput { get; }

    /// <summary>A script's warnings.</summary>
    public object?[] Warnings { get; }

    /// <summary>A script's verbose records.</summary>
    public object?[] Verbose { get; }

    /// <summary>A script's information records.</summary>
    public object?[] Information { get; }

    /// <summary>How many bytes of its output were not kept; those of a script's objects are estimated.</summary>
    public long OutputDropped { get; }

    /// <summary>How many bytes of its error output were not kept; those of a script's records are estimated.</summary>
    public long ErrorOutputDropped { get; }

    /// <summary>Why it did not succeed; null after success.</summary>
    public string? Reason { get; }

    /// <summary>What puts that right, where it is known.</summary>
    public string? Remedy { get; }

    /// <summary>Something worth knowing whatever its status.</summary>
    public string? Note { get; }

    /// <summary>The hook's name and how it ended.</summary>
    public override string ToString() => $"{Name}: {Status}";
}

/// <summary>How a hook ended.</summary>
public enum RekkordHookStatus
{
    /// <summary>It ran and reported success.</summary>
    Succeeded,

    /// <summary>It could not start, ended non-zero, was killed, threw, or did not parse.</summary>
    Failed,

    /// <summary>It ran longer than the configured limit and was ended.</summary>
    TimedOut,

    /// <summary>It was not run because others can change it.</summary>
    Refused,

    /// <summary>The command was stopped while it ran, or before.</summary>
    Cancelled,
}

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

using Rekkord.Engine.Hooks;

namespace Rekkord.Cmdlets.Models;

/// <summary>What a <c>.ps1</c> hook finds in <c>$RekkordHook</c>.</summary>
public sealed class RekkordHookContext
{
    internal RekkordHookContext(HookContext context)
    {
        Phase = (RekkordHookPhase)context.Phase;
        Command = context.Command;
        Channel = context.Channel;
        Paths = [.. context.Paths];
        Repository = context.Repository;
        ConfigFile = context.ConfigFile;
        Success = context.Success;
        Outcome = (RekkordHookOutcome?)context.Outcome;
        Snapshot = context.Snapshot;
        Errors = [.. context.Errors];
        HookResults = [.. context.HookResults.Select(result => new RekkordHookResult(result))];
    }

    /// <summary>The phase.</summary>
    public RekkordHookPhase Phase { get; }

    /// <summary><c>save</c> or <c>scan</c>.</summary>
    public string Command { get; }

    /// <summary>The channel of a save; null for a scan.</summary>
    public string? Channel { get; }

    /// <summary>The source paths of a save.</summary>
    public string[] Paths { get; }

    /// <summary>The repository's location without credentials.</summary>
    public string? Repository { get; }

    /// <summary>The configuration file in use.</summary>
    public string? ConfigFile { get; }

    /// <summary>Whether the command and all post hooks so far succeeded; null in a pre phase.</summary>
    public bool? Success { get; }

    /// <summary>How it went so far, in a word; null in a pre phase.</summary>
    public RekkordHookOutcome? Outcome { get; }

    /// <summary>The ID of the snapshot, if one was made.</summary>
    public string? Snapshot { get; }

    /// <summary>What went wrong in the command, a line each.</summary>
    public string[] Errors { get; }

    /// <summary>The results of the hooks before this one.</summary>
    public RekkordHookResult[] HookResults { get; }
}

/// <summary>What post hooks are told of how it went.</summary>
public enum RekkordHookOutcome
{
    /// <summary><c>SUCCESS=1</c>: the command did all that it was asked for, and no post hook has failed.</summary>
    Success,

    /// <summary><c>SUCCESS=0</c>: a save made a snapshot from which something is missing.</summary>
    Partial,

    /// <summary><c>SUCCESS=0</c>: the command or a hook failed, or a scan found something wrong.</summary>
    Failure,

    /// <summary><c>SUCCESS=0</c>: the command was stopped.</summary>
    Cancelled,
}

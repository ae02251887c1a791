using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Hooks;

/// <summary>
/// What a hook is told about the command it belongs to. Immutable: each hook gets its own, with the results of those before it.
/// It never holds a key, passphrase or credential; <see cref="Repository"/> is cleaned on the way in.
/// </summary>
public sealed record HookContext
{
    /// <summary>The phase.</summary>
    public required HookPhase Phase { get; init; }

    /// <summary><c>save</c> or <c>scan</c>.</summary>
    public string Command => Phase.CommandName();

    /// <summary>The channel of a save; null for a scan.</summary>
    public string? Channel { get; init; }

    /// <summary>The source paths of a save; empty for a scan.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>The repository's URL or path; credentials in it are removed when it is set.</summary>
    public string? Repository
    {
        get;
        init => field = value is null ? null : RepositoryLocation.WithoutCredentials(value);
    }

    /// <summary>The configuration file in use; null when there is none.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>How the command and the post hooks so far went; null in a pre phase.</summary>
    public HookOutcome? Outcome { get; init; }

    /// <summary>Whether the command and every post hook so far succeeded; null in a pre phase.</summary>
    public bool? Success => Outcome is { } outcome ? outcome == HookOutcome.Success : null;

    /// <summary>The object ID of the snapshot, if one was made.</summary>
    public string? Snapshot { get; init; }

    /// <summary>What went wrong in the command, one line each; empty when nothing did and in a pre phase.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>The results of the hooks that ended before this one, those of the pre phase first.</summary>
    public IReadOnlyList<HookResult> HookResults { get; init; } = [];

    /// <summary>The environment that belongs to this context.</summary>
    public HookEnvironment CreateEnvironment() => HookEnvironment.From(this);
}

/// <summary>What a post hook is told of how it went so far.</summary>
public enum HookOutcome
{
    /// <summary>The command did all that it was asked for, and no post hook has failed.</summary>
    Success,

    /// <summary>A save made a snapshot from which something is missing.</summary>
    Partial,

    /// <summary>The command or a hook failed, or a scan found something wrong.</summary>
    Failure,

    /// <summary>The command was stopped.</summary>
    Cancelled,
}

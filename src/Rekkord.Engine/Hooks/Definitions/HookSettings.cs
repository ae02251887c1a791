namespace Rekkord.Engine.Hooks.Definitions;

/// <summary>Section <c>[Hooks]</c> of the configuration, as the hooks need it.</summary>
public sealed record HookSettings
{
    /// <summary>The directory of each phase that has one, as a full path.</summary>
    public IReadOnlyDictionary<HookPhase, string> Directories { get; init; } = new Dictionary<HookPhase, string>();

    /// <summary>How long one hook may run; null for as long as it takes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether post hooks run, with <c>SUCCESS=0</c>, after a pre phase failed and the command did not.</summary>
    public bool RunPostHooksAfterPreFailure { get; init; }

    /// <summary>Whether to run hooks that others could change.</summary>
    public bool TrustHookPermissions { get; init; }
}

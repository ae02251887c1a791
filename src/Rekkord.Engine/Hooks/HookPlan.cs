using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>What a phase would run, in order, with what it would refuse: the same to show and to run.</summary>
public sealed class HookPlan
{
    private HookPlan(HookPhase phase, string? directory, IReadOnlyList<Hook> hooks)
    {
        Phase = phase;
        Directory = directory;
        Hooks = hooks;
    }

    /// <summary>The phase.</summary>
    public HookPhase Phase { get; }

    /// <summary>Its directory; null when none is configured.</summary>
    public string? Directory { get; }

    /// <summary>The hooks, in the order in which they run.</summary>
    public IReadOnlyList<Hook> Hooks { get; }

    /// <summary>Looks at a phase's directory without running anything.</summary>
    /// <exception cref="Errors.RekkordException">
    /// <c>HookDirectoryNotFound</c>, <c>HookDirectoryNotADirectory</c> or <c>HookDirectoryUnreadable</c>: the configured directory
    /// cannot be used, which is never taken for "no hooks".
    /// </exception>
    public static HookPlan Discover(HookPhase phase, HookSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Directories.TryGetValue(phase, out var directory)
            ? new HookPlan(phase, directory, HookDirectory.Read(phase, directory, settings.TrustHookPermissions))
            : new HookPlan(phase, null, []);
    }
}

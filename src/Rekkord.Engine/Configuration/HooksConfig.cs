using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Configuration;

/// <summary>Section <c>[Hooks]</c>.</summary>
/// <param name="PreSaveDirectory">A full path; null when unset.</param>
/// <param name="PostSaveDirectory">A full path; null when unset.</param>
/// <param name="PreScanDirectory">A full path; null when unset.</param>
/// <param name="PostScanDirectory">A full path; null when unset.</param>
/// <param name="HookTimeout">How long one hook may run; null for as long as it takes.</param>
/// <param name="RunPostHooksAfterPreFailure">Whether post hooks run after a pre hook failed.</param>
/// <param name="TrustHookPermissions">Whether hooks that other users could change are run.</param>
public sealed record HooksConfig(
    ConfigValue<string?> PreSaveDirectory,
    ConfigValue<string?> PostSaveDirectory,
    ConfigValue<string?> PreScanDirectory,
    ConfigValue<string?> PostScanDirectory,
    ConfigValue<TimeSpan?> HookTimeout,
    ConfigValue<bool> RunPostHooksAfterPreFailure,
    ConfigValue<bool> TrustHookPermissions)
{
    /// <summary>The section in the form in which hooks are run by it.</summary>
    public HookSettings ToHookSettings()
    {
        Dictionary<HookPhase, string> directories = [];
        Add(HookPhase.PreSave, PreSaveDirectory);
        Add(HookPhase.PostSave, PostSaveDirectory);
        Add(HookPhase.PreScan, PreScanDirectory);
        Add(HookPhase.PostScan, PostScanDirectory);
        return new HookSettings
        {
            Directories = directories,
            Timeout = HookTimeout.Value,
            RunPostHooksAfterPreFailure = RunPostHooksAfterPreFailure.Value,
            TrustHookPermissions = TrustHookPermissions.Value,
        };

        void Add(HookPhase phase, ConfigValue<string?> directory)
        {
            if (directory.Value is { } path)
                directories.Add(phase, path);
        }
    }
}

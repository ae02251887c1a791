namespace Rekkord.Engine.Hooks.Definitions;

/// <summary>When a hook runs.</summary>
public enum HookPhase
{
    /// <summary>Before a save; a failure stops the save.</summary>
    PreSave,

    /// <summary>After a save, successful or not.</summary>
    PostSave,

    /// <summary>Before a scan; a failure stops the scan.</summary>
    PreScan,

    /// <summary>After a scan, successful or not.</summary>
    PostScan,
}

/// <summary>What a phase's place before or after a command means.</summary>
public static class HookPhases
{
    /// <summary>Whether the phase comes before its command, so that a failure stops the command.</summary>
    public static bool IsPre(this HookPhase phase) => phase is HookPhase.PreSave or HookPhase.PreScan;

    /// <summary>The command as hooks see it in <c>REKKORD_COMMAND</c>: <c>save</c> or <c>scan</c>.</summary>
    public static string CommandName(this HookPhase phase) => phase is HookPhase.PreSave or HookPhase.PostSave ? "save" : "scan";

    /// <summary>The phase after the same command.</summary>
    public static HookPhase ToPost(this HookPhase phase) =>
        phase is HookPhase.PreSave or HookPhase.PostSave ? HookPhase.PostSave : HookPhase.PostScan;

    /// <summary>The key of section <c>[Hooks]</c> that names the phase's directory.</summary>
    public static string DirectoryKey(this HookPhase phase) => $"{phase}Directory";

    /// <summary>The error identifier of a failed phase, such as <c>PreSaveHookFailed</c>.</summary>
    public static string FailureErrorId(this HookPhase phase) => $"{phase}HookFailed";
}

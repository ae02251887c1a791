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

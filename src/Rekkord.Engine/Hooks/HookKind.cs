namespace Rekkord.Engine.Hooks;

/// <summary>How a hook is run.</summary>
public enum HookKind
{
    /// <summary>A program of its own: the file itself on Unix, <c>.exe .com .cmd .bat</c> on Windows.</summary>
    External,

    /// <summary>A <c>.ps1</c> file, run in the caller's PowerShell session.</summary>
    ScriptBlock,
}

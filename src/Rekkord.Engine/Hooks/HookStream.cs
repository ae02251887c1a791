namespace Rekkord.Engine.Hooks;

/// <summary>Which of an external hook's streams a line came from.</summary>
public enum HookStream
{
    /// <summary>Standard output.</summary>
    Output,

    /// <summary>Standard error.</summary>
    Error,
}

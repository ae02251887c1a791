using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.Definitions;

/// <summary>The environment variables of hooks that others than <see cref="Hooks"/> must know.</summary>
public static class HookVariables
{
    /// <summary>The variable that says which phase a hook runs in; its presence also says that one runs inside a hook.</summary>
    public const string Phase = "REKKORD_PHASE";

    /// <summary>
    /// A value unique to each run of a hook. Processes that a hook starts inherit it, which is how those that leave its process
    /// group are still found when the hook has to be ended.
    /// </summary>
    public const string RunId = "REKKORD_HOOK_RUN";

    internal const string Repository = "REKKORD_REPOSITORY";
    internal const string ConfigFile = "REKKORD_CONFIG_FILE";

    /// <summary>
    /// A variable that may configure a command; null when it is not set, and when it is but what a hook was told about the command
    /// that it belongs to: that informs the hook, and does not send what it starts to the same repository.
    /// </summary>
    /// <param name="name">The variable's name.</param>
    public static string? ReadSetting(string name)
    {
        var variables = ProcessEnvironment.GetAll();
        return variables.TryGetValue(name, out var value)
            && !(CopyOf(name) is { } copy && variables.GetValueOrDefault(copy) == value) ? value : null;
    }

    /// <summary>
    /// The variable that holds once more what a hook is told in this one, when this one configures commands; null for all others.
    /// A command that the hook starts knows by the copy what only informs, and what the hook has set itself.
    /// </summary>
    internal static string? CopyOf(string name) => name switch
    {
        Repository => "REKKORD_HOOK_REPOSITORY",
        ConfigFile => "REKKORD_HOOK_CONFIG_FILE",
        _ => null,
    };
}

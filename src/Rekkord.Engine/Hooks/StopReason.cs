namespace Rekkord.Engine.Hooks;

/// <summary>How the ending of a hook from outside is put, the same for both kinds of hook.</summary>
internal static class StopReason
{
    public const string Stopped = "ended because the command was stopped";

    public static string TimeLimit(TimeSpan? limit) => $"ended because it ran longer than HookTimeout ({limit:c})";
}

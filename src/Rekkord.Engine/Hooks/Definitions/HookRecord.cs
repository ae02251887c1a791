namespace Rekkord.Engine.Hooks.Definitions;

/// <summary>What a snapshot keeps of each hook that ran before it was made: which dumps it rests on.</summary>
/// <param name="Name">The hook's file name.</param>
/// <param name="Status">How it ended.</param>
/// <param name="ExitCode">Its exit code; null when there was none.</param>
/// <param name="Duration">How long it ran.</param>
public sealed record HookRecord(string Name, HookStatus Status, int? ExitCode, TimeSpan Duration);

/// <summary>How a hook ended. Only <see cref="Succeeded"/> is success. Snapshots store the values; they never change.</summary>
public enum HookStatus
{
    /// <summary>It ran and reported success.</summary>
    Succeeded,

    /// <summary>It could not start, ended non-zero, was killed by a signal, threw, or did not parse.</summary>
    Failed,

    /// <summary>It ran longer than the configured limit and was ended.</summary>
    TimedOut,

    /// <summary>It was not run because its file or directory can be changed by others.</summary>
    Refused,

    /// <summary>The operation was stopped while it ran.</summary>
    Cancelled,
}

namespace Rekkord.Engine.Snapshots;

/// <summary>What a snapshot remembers of a pre-save hook, so that one can ask later which dumps it rests on.</summary>
/// <param name="Name">The hook's file name.</param>
/// <param name="Status">How it ended, such as <c>Succeeded</c>.</param>
/// <param name="ExitCode">Its exit code; null if it never started or was ended.</param>
/// <param name="Duration">How long it ran.</param>
public sealed record HookRecord(string Name, string Status, int? ExitCode, TimeSpan Duration);

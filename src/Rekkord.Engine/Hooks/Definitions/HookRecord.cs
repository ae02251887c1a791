namespace Rekkord.Engine.Hooks.Definitions;

/// <summary>What a snapshot keeps of each hook that ran before it was made: which dumps it rests on.</summary>
/// <param name="Name">The hook's file name.</param>
/// <param name="Status">How it ended.</param>
/// <param name="ExitCode">Its exit code; null when there was none.</param>
/// <param name="Duration">How long it ran.</param>
public sealed record HookRecord(string Name, HookStatus Status, int? ExitCode, TimeSpan Duration);

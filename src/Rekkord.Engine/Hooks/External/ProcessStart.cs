namespace Rekkord.Engine.Hooks.External;

/// <summary>What is started, and with what.</summary>
/// <param name="Path">The full path of the file to run.</param>
/// <param name="Environment">Its whole environment.</param>
/// <param name="RunId">The value of <see cref="HookEnvironment.RunIdVariable"/> in that environment.</param>
/// <param name="WorkingDirectory">The directory it starts in.</param>
/// <param name="Timeout">How long it may run; null for as long as it takes.</param>
internal sealed record ProcessStart(
    string Path, IReadOnlyDictionary<string, string> Environment, string RunId, string WorkingDirectory, TimeSpan? Timeout);

namespace Rekkord.Engine.Configuration;

/// <summary>Section <c>[Settings]</c>.</summary>
/// <param name="Threads">How many threads work; null for one a processor.</param>
/// <param name="CompressionLevel">The zstd level.</param>
public sealed record SettingsConfig(ConfigValue<int?> Threads, ConfigValue<int> CompressionLevel);

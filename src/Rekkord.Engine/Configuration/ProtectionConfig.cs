namespace Rekkord.Engine.Configuration;

/// <summary>Section <c>[Protection]</c>.</summary>
/// <param name="RetainDuration">How long what is written is kept from being deleted; null when unset.</param>
public sealed record ProtectionConfig(ConfigValue<TimeSpan?> RetainDuration);

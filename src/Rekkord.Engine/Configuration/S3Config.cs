namespace Rekkord.Engine.Configuration;

/// <summary>Section <c>[S3]</c>.</summary>
/// <param name="AccessKeyId">The access key ID; null when unset.</param>
/// <param name="SecretKey">The secret access key; null when unset. Never show it.</param>
/// <param name="Region">The region; null to take it from the URL.</param>
public sealed record S3Config(ConfigValue<string?> AccessKeyId, ConfigValue<string?> SecretKey, ConfigValue<string?> Region);

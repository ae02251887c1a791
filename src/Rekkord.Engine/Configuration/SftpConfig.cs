namespace Rekkord.Engine.Configuration;

/// <summary>Section <c>[SFTP]</c>.</summary>
/// <param name="Password">The SSH password; null when unset. Never show it.</param>
/// <param name="KeyFile">The SSH private key, as a full path; null when unset.</param>
/// <param name="Fingerprint">The fingerprint the host must have; null when unset.</param>
public sealed record SftpConfig(ConfigValue<string?> Password, ConfigValue<string?> KeyFile, ConfigValue<string?> Fingerprint);

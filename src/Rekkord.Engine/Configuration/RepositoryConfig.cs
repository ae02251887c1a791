using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Configuration;

/// <summary>Section <c>[Repository]</c>.</summary>
/// <param name="Url">A URL, <c>user@host:path</c> or a full path; null when unset. Can hold credentials: never show it.</param>
/// <param name="KeyFile">The keyfile, as a full path; null when unset.</param>
/// <param name="TrustKeyFilePermissions">Whether a keyfile that others can read is used.</param>
public sealed record RepositoryConfig(ConfigValue<string?> Url, ConfigValue<string?> KeyFile, ConfigValue<bool> TrustKeyFilePermissions)
{
    /// <summary>The URL without credentials, to show; null when unset.</summary>
    public string? DisplayUrl => Url.Value is null ? null : RepositoryLocation.WithoutCredentials(Url.Value);
}

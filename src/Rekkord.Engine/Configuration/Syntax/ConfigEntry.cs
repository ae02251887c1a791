namespace Rekkord.Engine.Configuration.Syntax;

/// <summary>A setting as it may be shown: secrets are blotted out.</summary>
/// <param name="Key">The key.</param>
/// <param name="DisplayValue">The value as text, <c>(hidden)</c> for a secret that is set, null when it is unset.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Origin">The file with its line, the variable's or the parameter's name; null for a default.</param>
public sealed record ConfigEntry(ConfigKey Key, string? DisplayValue, ConfigSource Source, string? Origin);

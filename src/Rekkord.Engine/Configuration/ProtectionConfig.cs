using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Configuration;

/// <summary>Section <c>[Protection]</c>.</summary>
/// <param name="RetainDuration">How long what is written is kept from being deleted; null when unset.</param>
public sealed record ProtectionConfig(ConfigValue<TimeSpan?> RetainDuration)
{
    /// <summary>
    /// Refuses a protection that the storage does not give: who set it relies on it. Reading and restoring go on without it.
    /// </summary>
    /// <exception cref="RekkordException">A directory cannot keep objects from being deleted (<c>RetentionUnsupported</c>).</exception>
    public void RequireEffect()
    {
        if (RetainDuration.Value is { } duration)
            throw new RekkordException(
                "RetentionUnsupported",
                RekkordErrorKind.InvalidArgument,
                $"RetainDuration = {ConfigDuration.Format(duration)} ([Protection]) asks that what is written cannot be deleted, and a directory cannot do that. "
                + "Nothing was written. Remove the setting, or protect the directory by other means, such as snapshots of its file system.",
                "RetainDuration");
    }
}

using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Azure;
using Rekkord.Engine.Storage.S3;
using Rekkord.Engine.Storage.Sftp;

namespace Rekkord.Engine.Configuration;

/// <summary>Section <c>[Repository]</c>.</summary>
/// <param name="Url">A URL, <c>user@host:path</c> or a full path; null when unset. Can hold credentials: never show it.</param>
/// <param name="KeyFile">The keyfile, as a full path; null when unset.</param>
/// <param name="PassphraseFrom">Where the keyfile's passphrase is; null when unset.</param>
/// <param name="TrustKeyFilePermissions">Whether a keyfile that others can read is used.</param>
public sealed record RepositoryConfig(
    ConfigValue<string?> Url, ConfigValue<string?> KeyFile, ConfigValue<SecretReference?> PassphraseFrom, ConfigValue<bool> TrustKeyFilePermissions)
{
    /// <summary>The URL without credentials, to show; null when unset.</summary>
    public string? DisplayUrl => Url.Value is null ? null : RepositoryLocation.WithoutCredentials(Url.Value);
}

/// <summary>Section <c>[S3]</c>.</summary>
/// <param name="AccessKeyId">The access key ID; null when unset.</param>
/// <param name="SecretKey">The secret access key; null when unset. Never show it.</param>
/// <param name="SecretKeyFrom">Where it is; null when unset.</param>
/// <param name="SessionToken">The session token of temporary keys; null when unset. Never show it.</param>
/// <param name="SessionTokenFrom">Where it is; null when unset.</param>
/// <param name="Region">The region; null to take it from the URL.</param>
/// <param name="StorageClass">The storage class of new objects; null for the bucket's.</param>
/// <param name="LockMode">The mode of object lock; null for governance.</param>
public sealed record S3Config(
    ConfigValue<string?> AccessKeyId,
    ConfigValue<string?> SecretKey,
    ConfigValue<SecretReference?> SecretKeyFrom,
    ConfigValue<string?> SessionToken,
    ConfigValue<SecretReference?> SessionTokenFrom,
    ConfigValue<string?> Region,
    ConfigValue<string?> StorageClass,
    ConfigValue<string?> LockMode)
{
    /// <summary>The section in the form in which a bucket is used by it.</summary>
    /// <param name="findSecret">Gets a secret from where it is.</param>
    public S3Options ToOptions(Func<SecretReference, string> findSecret) => new()
    {
        AccessKeyId = AccessKeyId.Value,
        SecretKey = SecretReference.Resolve(SecretKey, SecretKeyFrom, findSecret),
        SessionToken = SecretReference.Resolve(SessionToken, SessionTokenFrom, findSecret),
        Region = Region.Value,
        StorageClass = StorageClass.Value,
        LockMode = LockMode.Value,
    };
}

/// <summary>Section <c>[Azure]</c>.</summary>
/// <param name="AccountKey">A key of the storage account; null when unset. Never show it.</param>
/// <param name="AccountKeyFrom">Where it is; null when unset.</param>
/// <param name="SasToken">A SAS token; null when unset. Never show it.</param>
/// <param name="SasTokenFrom">Where it is; null when unset.</param>
/// <param name="Endpoint">The URL of the account's blob service; null for the public cloud's.</param>
public sealed record AzureConfig(
    ConfigValue<string?> AccountKey,
    ConfigValue<SecretReference?> AccountKeyFrom,
    ConfigValue<string?> SasToken,
    ConfigValue<SecretReference?> SasTokenFrom,
    ConfigValue<string?> Endpoint)
{
    /// <summary>The section in the form in which a container is reached by it.</summary>
    /// <param name="findSecret">Gets a secret from where it is.</param>
    public AzureOptions ToOptions(Func<SecretReference, string> findSecret) => new()
    {
        AccountKey = SecretReference.Resolve(AccountKey, AccountKeyFrom, findSecret),
        SasToken = SecretReference.Resolve(SasToken, SasTokenFrom, findSecret),
        Endpoint = Endpoint.Value,
    };
}

/// <summary>Section <c>[SFTP]</c>.</summary>
/// <param name="Password">The SSH password; null when unset. Never show it.</param>
/// <param name="PasswordFrom">Where it is; null when unset.</param>
/// <param name="KeyFile">The SSH private key, as a full path; null when unset.</param>
/// <param name="KeyPassphrase">Its passphrase; null when unset. Never show it.</param>
/// <param name="KeyPassphraseFrom">Where it is; null when unset.</param>
/// <param name="Fingerprint">The fingerprint the host must have; null when unset.</param>
/// <param name="Command">The program that connects, with its first arguments; null for ssh.</param>
public sealed record SftpConfig(
    ConfigValue<string?> Password,
    ConfigValue<SecretReference?> PasswordFrom,
    ConfigValue<string?> KeyFile,
    ConfigValue<string?> KeyPassphrase,
    ConfigValue<SecretReference?> KeyPassphraseFrom,
    ConfigValue<string?> Fingerprint,
    ConfigValue<string?> Command)
{
    /// <summary>The section in the form in which a server is reached by it.</summary>
    /// <param name="findSecret">Gets a secret from where it is.</param>
    public SftpOptions ToOptions(Func<SecretReference, string> findSecret) => new()
    {
        Password = SecretReference.Resolve(Password, PasswordFrom, findSecret),
        KeyFile = KeyFile.Value,
        KeyPassphrase = SecretReference.Resolve(KeyPassphrase, KeyPassphraseFrom, findSecret),
        Fingerprint = Fingerprint.Value,
        Command = Command.Value,
    };
}

/// <summary>Section <c>[Settings]</c>.</summary>
/// <param name="Threads">How many threads work; null for one per processor.</param>
/// <param name="CompressionLevel">The zstd level.</param>
/// <param name="Connections">How many requests to a server are under way at once; null for what suits it.</param>
/// <param name="LimitUpload">How many bytes are stored in a second at most; null for no limit.</param>
/// <param name="CacheSize">How many bytes of a repository on a server are kept on this machine at most.</param>
public sealed record SettingsConfig(
    ConfigValue<int?> Threads, ConfigValue<int> CompressionLevel, ConfigValue<int?> Connections, ConfigValue<long?> LimitUpload, ConfigValue<long> CacheSize);

/// <summary>Section <c>[Save]</c>.</summary>
/// <param name="ExcludeFrom">A file of patterns, as a full path; null when unset.</param>
/// <param name="ExcludeLargerThan">How many bytes a file may have; null for no limit.</param>
/// <param name="ExcludeCaches">Whether marked caches are left out.</param>
/// <param name="OneFileSystem">Whether what is mounted below the saved paths is left out.</param>
/// <param name="IgnoreFiles">Whether files of rules in the sources count.</param>
/// <param name="Tag">The tags of each snapshot, with commas between them; null for none.</param>
public sealed record SaveConfig(
    ConfigValue<string?> ExcludeFrom, ConfigValue<long?> ExcludeLargerThan, ConfigValue<bool> ExcludeCaches, ConfigValue<bool> OneFileSystem, ConfigValue<bool> IgnoreFiles, ConfigValue<string?> Tag);

/// <summary>Section <c>[Protection]</c>.</summary>
/// <param name="RetainDuration">How long what is written is kept from being deleted; null when unset.</param>
public sealed record ProtectionConfig(ConfigValue<TimeSpan?> RetainDuration)
{
    /// <summary>
    /// Refuses a protection that the storage does not give: whoever set it relies on it. Reading and restoring go on without it.
    /// </summary>
    /// <param name="mayHave">Whether the kind of store can give it at all. Whether the store does is seen when it is asked to.</param>
    /// <exception cref="RekkordException">Only an S3 bucket can keep objects from being deleted (<c>RetentionUnsupported</c>).</exception>
    public void RequireEffect(bool mayHave)
    {
        if (RetainDuration.Value is { } duration && !mayHave)
        {
            throw new RekkordException(
                "RetentionUnsupported",
                RekkordErrorKind.InvalidArgument,
                $"RetainDuration = {ConfigDuration.Format(duration)} ([Protection]) asks the storage to keep what is written from being deleted. Only an S3 bucket with object lock can do that. "
                + "Nothing was written. Remove the setting, and protect the repository by other means: snapshots of the file system, a bucket that keeps versions and a key that may not delete, or a container with an immutability policy and a token that may only create.",
                "RetainDuration");
        }
    }
}

/// <summary>Section <c>[Retention]</c>.</summary>
/// <param name="KeepLast">How many of the newest snapshots are kept; zero for no such rule, as for those below.</param>
/// <param name="KeepHourly">For how many hours.</param>
/// <param name="KeepDaily">For how many days.</param>
/// <param name="KeepWeekly">For how many weeks.</param>
/// <param name="KeepMonthly">For how many months.</param>
/// <param name="KeepYearly">For how many years.</param>
/// <param name="KeepWithin">How much older than the newest; null for no such rule.</param>
/// <param name="KeepTag">The tags whose snapshots are all kept, with commas between them; null for none.</param>
/// <param name="SweepAfter">How long what is condemned waits.</param>
/// <param name="TimeZone">The ID of the time zone of the calendar; null for the machine's.</param>
public sealed record RetentionConfig(
    ConfigValue<int> KeepLast,
    ConfigValue<int> KeepHourly,
    ConfigValue<int> KeepDaily,
    ConfigValue<int> KeepWeekly,
    ConfigValue<int> KeepMonthly,
    ConfigValue<int> KeepYearly,
    ConfigValue<TimeSpan?> KeepWithin,
    ConfigValue<string?> KeepTag,
    ConfigValue<TimeSpan> SweepAfter,
    ConfigValue<string?> TimeZone)
{
    /// <summary>The time zone of the calendar.</summary>
    /// <exception cref="RekkordException">This machine knows none of that name (<c>TimeZoneUnknown</c>).</exception>
    public TimeZoneInfo FindTimeZone()
    {
        if (TimeZone.Value is not { } id)
            return TimeZoneInfo.Local;
        return TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : throw new RekkordException(
            "TimeZoneUnknown",
            RekkordErrorKind.InvalidArgument,
            $"This machine knows no time zone '{id}'. Give one such as Europe/Berlin or UTC with -TimeZone, or as TimeZone in the [Retention] section. Get-TimeZone -ListAvailable lists them.",
            id);
    }
}

/// <summary>Section <c>[Report]</c>.</summary>
/// <param name="Journal">Whether reports go to the system's log.</param>
/// <param name="PrometheusDirectory">Where the files for Prometheus lie, as a full path; null for nowhere.</param>
public sealed record ReportConfig(ConfigValue<bool> Journal, ConfigValue<string?> PrometheusDirectory);

/// <summary>Section <c>[Hooks]</c>.</summary>
/// <param name="PreSaveDirectory">A full path; null when unset.</param>
/// <param name="PostSaveDirectory">A full path; null when unset.</param>
/// <param name="PreScanDirectory">A full path; null when unset.</param>
/// <param name="PostScanDirectory">A full path; null when unset.</param>
/// <param name="HookTimeout">How long one hook may run; null for as long as it takes.</param>
/// <param name="RunPostHooksAfterPreFailure">Whether post hooks run after a pre hook failed.</param>
/// <param name="TrustHookPermissions">Whether hooks that other users could change are run.</param>
public sealed record HooksConfig(
    ConfigValue<string?> PreSaveDirectory,
    ConfigValue<string?> PostSaveDirectory,
    ConfigValue<string?> PreScanDirectory,
    ConfigValue<string?> PostScanDirectory,
    ConfigValue<TimeSpan?> HookTimeout,
    ConfigValue<bool> RunPostHooksAfterPreFailure,
    ConfigValue<bool> TrustHookPermissions)
{
    /// <summary>The section in the form in which hooks are run by it.</summary>
    public HookSettings ToHookSettings()
    {
        Dictionary<HookPhase, string> directories = [];
        Add(HookPhase.PreSave, PreSaveDirectory);
        Add(HookPhase.PostSave, PostSaveDirectory);
        Add(HookPhase.PreScan, PreScanDirectory);
        Add(HookPhase.PostScan, PostScanDirectory);
        return new HookSettings
        {
            Directories = directories,
            Timeout = HookTimeout.Value,
            RunPostHooksAfterPreFailure = RunPostHooksAfterPreFailure.Value,
            TrustHookPermissions = TrustHookPermissions.Value,
        };

        void Add(HookPhase phase, ConfigValue<string?> directory)
        {
            if (directory.Value is { } path)
                directories.Add(phase, path);
        }
    }
}

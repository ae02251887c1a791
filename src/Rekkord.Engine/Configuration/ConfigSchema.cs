namespace Rekkord.Engine.Configuration;

/// <summary>All sections and keys.</summary>
public static class ConfigSchema
{
    /// <summary>The zstd levels that the compressor takes.</summary>
    private const int MinimumCompressionLevel = 1, MaximumCompressionLevel = 19;

    private const string SayInUrl = "Put it in the URL under [Repository].";

    /// <summary>The keys, in the order in which they are listed.</summary>
    public static IReadOnlyList<ConfigKey> Keys { get; } =
    [
        new("Repository", "URL", ConfigValueType.Location, "Where the repository is: a directory, an SFTP or an S3 location.")
            { EnvironmentVariable = "REKKORD_REPOSITORY" },
        new("Repository", "KeyFile", ConfigValueType.Path, "The keyfile to open it with.")
            { EnvironmentVariable = "REKKORD_KEY_FILE", AlternativeVariable = "REKKORD_KEYFILE" },
        new("Repository", "PassphraseFrom", ConfigValueType.SecretReference, "Where the keyfile's passphrase is. Unset: it is asked for."),
        new("Repository", "TrustKeyFilePermissions", ConfigValueType.Boolean,
            "Whether to use a keyfile that others can read.") { Default = "false" },

        new("Settings", "Threads", ConfigValueType.Number, "How many threads compress and encrypt. Unset: one per processor.")
            { Minimum = 1, Maximum = 1024 },
        new("Settings", "CompressionLevel", ConfigValueType.Number, "The Zstandard level. A higher one stores less and takes longer.")
            { Default = "1", Minimum = MinimumCompressionLevel, Maximum = MaximumCompressionLevel },
        new("Settings", "Connections", ConfigValueType.Number, "How many requests to a server are under way at once. Unset: what suits it.")
            { Minimum = 1, Maximum = 64 },
        new("Settings", "LimitUpload", ConfigValueType.Size, "How many bytes are stored in a second at most. Unset: no limit."),
        new("Settings", "CacheSize", ConfigValueType.Size, "How many bytes of a repository on a server are kept on this machine at most.") { Default = "1GB" },

        new("Save", "ExcludeFrom", ConfigValueType.Path, "A file with a pattern of what to leave out on each line."),
        new("Save", "ExcludeLargerThan", ConfigValueType.Size, "Files of more bytes are left out. Unset: no limit."),
        new("Save", "ExcludeCaches", ConfigValueType.Boolean, "Whether to leave out what is in directories that a CACHEDIR.TAG marks as caches.") { Default = "false" },
        new("Save", "OneFileSystem", ConfigValueType.Boolean, "Whether to leave out other file systems that are mounted below the saved paths.") { Default = "false" },
        new("Save", "IgnoreFiles", ConfigValueType.Boolean, "Whether files named .rekkordignore say what is left out of their directories.") { Default = "true" },
        new("Save", "Tag", ConfigValueType.Text, "The tags of each snapshot, with commas between them."),

        new("Hooks", "PreSaveDirectory", ConfigValueType.Path, "The directory of the hooks that run before a save."),
        new("Hooks", "PostSaveDirectory", ConfigValueType.Path, "The directory of the hooks that run after a save."),
        new("Hooks", "PreScanDirectory", ConfigValueType.Path, "The directory of the hooks that run before a scan."),
        new("Hooks", "PostScanDirectory", ConfigValueType.Path, "The directory of the hooks that run after a scan."),
        new("Hooks", "HookTimeout", ConfigValueType.Duration, "How long one hook may run. Unset: as long as it takes."),
        new("Hooks", "RunPostHooksAfterPreFailure", ConfigValueType.Boolean,
            "Whether post hooks run, with SUCCESS=0, after a pre hook failed.") { Default = "false" },
        new("Hooks", "TrustHookPermissions", ConfigValueType.Boolean,
            "Whether to run hooks that other users could change.") { Default = "false" },

        new("Protection", "RetainDuration", ConfigValueType.Duration,
            "How long the storage must keep objects from being deleted. Storage that cannot do that is refused."),

        KeepKey("KeepLast", "How many of the newest snapshots are kept."),
        KeepKey("KeepHourly", "For how many hours the newest snapshot of each is kept."),
        KeepKey("KeepDaily", "For how many days the newest snapshot of each is kept."),
        KeepKey("KeepWeekly", "For how many weeks the newest snapshot of each is kept."),
        KeepKey("KeepMonthly", "For how many months the newest snapshot of each is kept."),
        KeepKey("KeepYearly", "For how many years the newest snapshot of each is kept."),
        new("Retention", "KeepWithin", ConfigValueType.Duration, "How much older than the newest a snapshot may be to be kept."),
        new("Retention", "KeepTag", ConfigValueType.Text, "The tags whose snapshots are all kept, with commas between them."),
        new("Retention", "SweepAfter", ConfigValueType.Duration, "How long what only removed snapshots need waits before it is deleted, at least 3d.") { Default = "7d" },
        new("Retention", "TimeZone", ConfigValueType.Text, "Whose days, weeks, months and years count. Unset: those of the machine that removes."),

        new("Report", "Journal", ConfigValueType.Boolean, "Whether what came of each job is written to systemd's journal or syslog, on Windows to the event log.") { Default = "false" },
        new("Report", "PrometheusDirectory", ConfigValueType.Path, "The directory in which each job has a file with numbers for Prometheus."),

        new("S3", "AccessKeyID", ConfigValueType.Text, "The access key ID.")
            { EnvironmentVariable = "REKKORD_S3_ACCESS_KEY_ID" },
        new("S3", "SecretKey", ConfigValueType.Text, "The secret access key.")
            { EnvironmentVariable = "REKKORD_S3_SECRET_KEY", IsSecret = true },
        new("S3", "SecretKeyFrom", ConfigValueType.SecretReference, "Where the secret access key is, instead of SecretKey.") { InsteadOf = "SecretKey" },
        new("S3", "SessionToken", ConfigValueType.Text, "The session token of temporary keys.")
            { EnvironmentVariable = "REKKORD_S3_SESSION_TOKEN", IsSecret = true },
        new("S3", "SessionTokenFrom", ConfigValueType.SecretReference, "Where the session token is, instead of SessionToken.") { InsteadOf = "SessionToken" },
        new("S3", "Region", ConfigValueType.Text, "The region. Unset: taken from the URL, or from the AWS tools' settings."),
        new("S3", "StorageClass", ConfigValueType.Text, "The storage class of new objects. Unset: the bucket's."),
        new("S3", "LockMode", ConfigValueType.Text, "The mode of object lock for RetainDuration: GOVERNANCE or COMPLIANCE. Unset: GOVERNANCE."),

        new("Azure", "AccountKey", ConfigValueType.Text, "A key of the storage account.")
            { EnvironmentVariable = "REKKORD_AZURE_ACCOUNT_KEY", IsSecret = true },
        new("Azure", "AccountKeyFrom", ConfigValueType.SecretReference, "Where the key of the storage account is, instead of AccountKey.") { InsteadOf = "AccountKey" },
        new("Azure", "SasToken", ConfigValueType.Text, "A SAS token, instead of a key of the storage account.")
            { EnvironmentVariable = "REKKORD_AZURE_SAS_TOKEN", IsSecret = true },
        new("Azure", "SasTokenFrom", ConfigValueType.SecretReference, "Where the SAS token is, instead of SasToken.") { InsteadOf = "SasToken" },
        new("Azure", "Endpoint", ConfigValueType.Text, "The URL of the account's blob service. Unset: https://ACCOUNT.blob.core.windows.net.")
            { EnvironmentVariable = "REKKORD_AZURE_ENDPOINT" },

        new("SFTP", "Password", ConfigValueType.Text, "The SSH password.")
            { EnvironmentVariable = "REKKORD_SFTP_PASSWORD", IsSecret = true },
        new("SFTP", "PasswordFrom", ConfigValueType.SecretReference, "Where the SSH password is, instead of Password.") { InsteadOf = "Password" },
        new("SFTP", "KeyFile", ConfigValueType.Path, "The SSH private key. Unset: those of ssh's configuration and of the agent.")
            { EnvironmentVariable = "REKKORD_SFTP_KEY_FILE" },
        new("SFTP", "KeyPassphrase", ConfigValueType.Text, "The passphrase of the SSH private key.")
            { EnvironmentVariable = "REKKORD_SFTP_KEY_PASSPHRASE", IsSecret = true },
        new("SFTP", "KeyPassphraseFrom", ConfigValueType.SecretReference, "Where the passphrase of the SSH private key is, instead of KeyPassphrase.")
            { InsteadOf = "KeyPassphrase" },
        new("SFTP", "Fingerprint", ConfigValueType.Text, "The fingerprint the host must have, as in SHA256:… Unset: known_hosts decides.")
            { EnvironmentVariable = "REKKORD_SFTP_FINGERPRINT" },
        new("SFTP", "Command", ConfigValueType.Text, "The program that connects, with its first arguments. Unset: ssh.")
            { EnvironmentVariable = "REKKORD_SFTP_COMMAND" },
    ];

    private static ConfigKey KeepKey(string name, string description) =>
        new("Retention", name, ConfigValueType.Number, description) { Default = "0", Minimum = 0, Maximum = 1_000_000 };

    /// <summary>The sections, in order.</summary>
    public static IReadOnlyList<string> Sections { get; } = [.. Keys.Select(key => key.Section).Distinct()];

    /// <summary>The sections that only Rekkord (the C++ program) has, with what to do instead.</summary>
    internal static IReadOnlyDictionary<string, string> SectionsOfRekkord { get; } = new Dictionary<string, string>
    {
        ["Connect"] = "Remove it.",
        ["SSH"] = "Its Password, KeyFile and Fingerprint go under [SFTP].",
    };

    /// <summary>
    /// The keys that only Rekkord has, by section and name, with what to do instead. Somebody who brings such a file has not mistyped
    /// anything.
    /// </summary>
    internal static IReadOnlyDictionary<string, string> KeysOfRekkord { get; } = new Dictionary<string, string>
    {
        ["Protection.TestWrites"] = "Remove it: every object is flushed, and a scan reads what was written.",
        ["Protection.DurationSafety"] = "Remove it.",
        ["S3.ChecksumType"] = "Remove it.",
        ["S3.KeyID"] = "Write AccessKeyID.",
        ["S3.Location"] = SayInUrl, ["S3.Endpoint"] = SayInUrl, ["S3.Host"] = SayInUrl, ["S3.Port"] = SayInUrl,
        ["S3.Bucket"] = SayInUrl, ["S3.Prefix"] = SayInUrl,
        ["SFTP.Location"] = SayInUrl, ["SFTP.Host"] = SayInUrl, ["SFTP.Port"] = SayInUrl, ["SFTP.User"] = SayInUrl, ["SFTP.Path"] = SayInUrl,
        ["SFTP.KnownHosts"] = "ssh looks into known_hosts. For another file write: Command = ssh -o UserKnownHostsFile=…",
        ["SFTP.Key"] = "Put the key in a file, and name that with KeyFile.",
    };

    /// <summary>The key of that section and name (case-sensitive); null when there is none.</summary>
    public static ConfigKey? Find(string section, string name) =>
        Keys.FirstOrDefault(key => key.Section == section && key.Name == name);
}

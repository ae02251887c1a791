using Rekkord.Engine.Configuration.Syntax;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Configuration;

/// <summary>
/// The configuration a command runs with: parameters over environment over file, each value with its source. It holds secrets;
/// <see cref="Entries"/> is the form to show.
/// </summary>
public sealed class RekkordConfig
{
    private RekkordConfig(string? configFile, ConfigResolution values)
    {
        ConfigFile = configFile;
        Entries = values.ToEntries();
        Repository = new RepositoryConfig(
            values.GetText("Repository.URL"), values.GetText("Repository.KeyFile"), values.GetSecretReference("Repository.PassphraseFrom"), values.GetRequired<bool>("Repository.TrustKeyFilePermissions"));
        Settings = new SettingsConfig(
            values.GetStruct<int>("Settings.Threads"),
            values.GetRequired<int>("Settings.CompressionLevel"),
            values.GetStruct<int>("Settings.Connections"),
            values.GetStruct<long>("Settings.LimitUpload"),
            values.GetRequired<long>("Settings.CacheSize"));
        Save = new SaveConfig(
            values.GetText("Save.ExcludeFrom"),
            values.GetStruct<long>("Save.ExcludeLargerThan"),
            values.GetRequired<bool>("Save.ExcludeCaches"),
            values.GetRequired<bool>("Save.OneFileSystem"),
            values.GetRequired<bool>("Save.IgnoreFiles"),
            values.GetText("Save.Tag"));
        Hooks = new HooksConfig(
            values.GetText("Hooks.PreSaveDirectory"),
            values.GetText("Hooks.PostSaveDirectory"),
            values.GetText("Hooks.PreScanDirectory"),
            values.GetText("Hooks.PostScanDirectory"),
            values.GetStruct<TimeSpan>("Hooks.HookTimeout"),
            values.GetRequired<bool>("Hooks.RunPostHooksAfterPreFailure"),
            values.GetRequired<bool>("Hooks.TrustHookPermissions"));
        Protection = new ProtectionConfig(values.GetStruct<TimeSpan>("Protection.RetainDuration"));
        Retention = new RetentionConfig(
            values.GetRequired<int>("Retention.KeepLast"),
            values.GetRequired<int>("Retention.KeepHourly"),
            values.GetRequired<int>("Retention.KeepDaily"),
            values.GetRequired<int>("Retention.KeepWeekly"),
            values.GetRequired<int>("Retention.KeepMonthly"),
            values.GetRequired<int>("Retention.KeepYearly"),
            values.GetStruct<TimeSpan>("Retention.KeepWithin"),
            values.GetText("Retention.KeepTag"),
            values.GetRequired<TimeSpan>("Retention.SweepAfter"),
            values.GetText("Retention.TimeZone"));
        Report = new ReportConfig(values.GetRequired<bool>("Report.Journal"), values.GetText("Report.PrometheusDirectory"));
        S3 = new S3Config(
            values.GetText("S3.AccessKeyID"),
            values.GetText("S3.SecretKey"),
            values.GetSecretReference("S3.SecretKeyFrom"),
            values.GetText("S3.SessionToken"),
            values.GetSecretReference("S3.SessionTokenFrom"),
            values.GetText("S3.Region"),
            values.GetText("S3.StorageClass"),
            values.GetText("S3.LockMode"));
        Azure = new AzureConfig(
            values.GetText("Azure.AccountKey"),
            values.GetSecretReference("Azure.AccountKeyFrom"),
            values.GetText("Azure.SasToken"),
            values.GetSecretReference("Azure.SasTokenFrom"),
            values.GetText("Azure.Endpoint"));
        Sftp = new SftpConfig(
            values.GetText("SFTP.Password"),
            values.GetSecretReference("SFTP.PasswordFrom"),
            values.GetText("SFTP.KeyFile"),
            values.GetText("SFTP.KeyPassphrase"),
            values.GetSecretReference("SFTP.KeyPassphraseFrom"),
            values.GetText("SFTP.Fingerprint"),
            values.GetText("SFTP.Command"));
    }

    /// <summary>The file that was read, as a full path; null when there is none.</summary>
    public string? ConfigFile { get; }

    /// <summary>Section <c>[Repository]</c>.</summary>
    public RepositoryConfig Repository { get; }

    /// <summary>Section <c>[Settings]</c>.</summary>
    public SettingsConfig Settings { get; }

    /// <summary>Section <c>[Save]</c>.</summary>
    public SaveConfig Save { get; }

    /// <summary>Section <c>[Hooks]</c>.</summary>
    public HooksConfig Hooks { get; }

    /// <summary>Section <c>[Protection]</c>.</summary>
    public ProtectionConfig Protection { get; }

    /// <summary>Section <c>[Retention]</c>.</summary>
    public RetentionConfig Retention { get; }

    /// <summary>Section <c>[Report]</c>.</summary>
    public ReportConfig Report { get; }

    /// <summary>Section <c>[S3]</c>.</summary>
    public S3Config S3 { get; }

    /// <summary>Section <c>[Azure]</c>.</summary>
    public AzureConfig Azure { get; }

    /// <summary>Section <c>[SFTP]</c>.</summary>
    public SftpConfig Sftp { get; }

    /// <summary>Every setting, in the schema's order, as it may be shown.</summary>
    public IReadOnlyList<ConfigEntry> Entries { get; }

    /// <summary>The directory of the user's configuration file.</summary>
    public static string UserDirectory => ConfigLocations.Default[0];

    /// <summary>Finds and reads the configuration. A machine without a configuration file is not an error.</summary>
    /// <exception cref="ConfigurationException">
    /// The file is missing, unreadable, exposed or wrong, or an environment variable's value is.
    /// </exception>
    public static RekkordConfig Load(ConfigurationRequest request) =>
        Load(request, HookVariables.ReadSetting, ConfigLocations.Default);

    internal static RekkordConfig Load(
        ConfigurationRequest request, Func<string, string?> variable, IReadOnlyList<string> defaultDirectories)
    {
        ArgumentNullException.ThrowIfNull(request);
        var workingDirectory = request.WorkingDirectory ?? Environment.CurrentDirectory;
        var values = new ConfigResolution();
        var file = ConfigLocations.Find(request.ConfigPath, variable, workingDirectory, defaultDirectories);
        if (file is not null)
            values.AddFile(ConfigFileReader.Read(file), file);

        if (request.UsesEnvironment)
            values.AddEnvironment(variable, workingDirectory);
        values.AddParameter("Repository.URL", request.Repository, workingDirectory, "-Repository");
        values.AddParameter("Repository.KeyFile", request.KeyFile, workingDirectory, "-KeyFile");
        foreach (var (key, text) in request.Settings)
            values.AddParameter(key, text, workingDirectory, $"-{key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..]}");
        return new RekkordConfig(file, values);
    }
}

/// <summary>What a command's caller said about the configuration.</summary>
public sealed record ConfigurationRequest
{
    /// <summary>The file to read; null to look for one.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The repository, over environment and file.</summary>
    public string? Repository { get; init; }

    /// <summary>The keyfile, over environment and file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Whether environment variables count.</summary>
    public bool UsesEnvironment { get; init; } = true;

    /// <summary>Other keys, by section and name, over environment and file: what parameters of the same names said.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The caller's current location, which relative paths of parameters and environment variables start from; the process's
    /// current directory when null.
    /// </summary>
    public string? WorkingDirectory { get; init; }
}

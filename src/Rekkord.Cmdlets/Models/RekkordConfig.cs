using Rekkord.Engine.Configuration;
using EngineConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Models;

/// <summary>The configuration in force, with where each value comes from.</summary>
public sealed class RekkordConfig
{
    internal RekkordConfig(EngineConfig config)
    {
        ConfigFile = config.ConfigFile;
        Repository = config.Repository.DisplayUrl;
        KeyFile = config.Repository.KeyFile.Value;
        TrustKeyFilePermissions = config.Repository.TrustKeyFilePermissions.Value;
        Threads = config.Settings.Threads.Value;
        CompressionLevel = config.Settings.CompressionLevel.Value;
        Connections = config.Settings.Connections.Value;
        LimitUpload = config.Settings.LimitUpload.Value;
        CacheSize = config.Settings.CacheSize.Value;
        ExcludeFrom = config.Save.ExcludeFrom.Value;
        ExcludeLargerThan = config.Save.ExcludeLargerThan.Value;
        ExcludeCaches = config.Save.ExcludeCaches.Value;
        OneFileSystem = config.Save.OneFileSystem.Value;
        IgnoreFiles = config.Save.IgnoreFiles.Value;
        Tag = config.Save.Tag.Value;
        PreSaveDirectory = config.Hooks.PreSaveDirectory.Value;
        PostSaveDirectory = config.Hooks.PostSaveDirectory.Value;
        PreScanDirectory = config.Hooks.PreScanDirectory.Value;
        PostScanDirectory = config.Hooks.PostScanDirectory.Value;
        HookTimeout = config.Hooks.HookTimeout.Value;
        RunPostHooksAfterPreFailure = config.Hooks.RunPostHooksAfterPreFailure.Value;
        TrustHookPermissions = config.Hooks.TrustHookPermissions.Value;
        RetainDuration = config.Protection.RetainDuration.Value;
        KeepLast = config.Retention.KeepLast.Value;
        KeepHourly = config.Retention.KeepHourly.Value;
        KeepDaily = config.Retention.KeepDaily.Value;
        KeepWeekly = config.Retention.KeepWeekly.Value;
        KeepMonthly = config.Retention.KeepMonthly.Value;
        KeepYearly = config.Retention.KeepYearly.Value;
        KeepWithin = config.Retention.KeepWithin.Value;
        KeepTag = config.Retention.KeepTag.Value;
        TimeZone = config.Retention.TimeZone.Value;
        Journal = config.Report.Journal.Value;
        PrometheusDirectory = config.Report.PrometheusDirectory.Value;
        Values = [.. config.Entries.Select(entry => new RekkordConfigValue(entry))];
    }

    /// <summary>The file that was read; null when there is none.</summary>
    public string? ConfigFile { get; }

    /// <summary>The repository, without credentials.</summary>
    public string? Repository { get; }

    /// <summary>The keyfile.</summary>
    public string? KeyFile { get; }

    /// <summary>Whether a keyfile that others can read is used.</summary>
    public bool TrustKeyFilePermissions { get; }

    /// <summary>Threads to work with; null for one per processor.</summary>
    public int? Threads { get; }

    /// <summary>Zstandard's level.</summary>
    public int CompressionLevel { get; }

    /// <summary>Requests to a server at once; null for what suits it.</summary>
    public int? Connections { get; }

    /// <summary>Bytes that are stored in a second at most; null for no limit.</summary>
    public long? LimitUpload { get; }

    /// <summary>Bytes of a repository on a server that are kept on this machine at most.</summary>
    public long CacheSize { get; }

    /// <summary>A file of patterns of what saves leave out.</summary>
    public string? ExcludeFrom { get; }

    /// <summary>Saves leave out files of more bytes; null for no limit.</summary>
    public long? ExcludeLargerThan { get; }

    /// <summary>Whether saves leave out what is in marked caches.</summary>
    public bool ExcludeCaches { get; }

    /// <summary>Whether saves leave out what is mounted below the saved paths.</summary>
    public bool OneFileSystem { get; }

    /// <summary>Whether files named <c>.rekkordignore</c> in the sources count.</summary>
    public bool IgnoreFiles { get; }

    /// <summary>The tags of each snapshot, with commas between them; null for none.</summary>
    public string? Tag { get; }

    /// <summary>The directory of pre-save hooks.</summary>
    public string? PreSaveDirectory { get; }

    /// <summary>The directory of post-save hooks.</summary>
    public string? PostSaveDirectory { get; }

    /// <summary>The directory of pre-scan hooks.</summary>
    public string? PreScanDirectory { get; }

    /// <summary>The directory of post-scan hooks.</summary>
    public string? PostScanDirectory { get; }

    /// <summary>How long one hook may run; null for as long as it takes.</summary>
    public TimeSpan? HookTimeout { get; }

    /// <summary>Whether post hooks run after a pre hook has failed.</summary>
    public bool RunPostHooksAfterPreFailure { get; }

    /// <summary>Whether hooks are run that other users could change.</summary>
    public bool TrustHookPermissions { get; }

    /// <summary>How long what is written is kept from being deleted.</summary>
    public TimeSpan? RetainDuration { get; }

    /// <summary>How many of the newest snapshots are kept; zero for no such rule, as for those below.</summary>
    public int KeepLast { get; }

    /// <summary>For how many hours the newest snapshot of each is kept.</summary>
    public int KeepHourly { get; }

    /// <summary>For how many days.</summary>
    public int KeepDaily { get; }

    /// <summary>For how many weeks.</summary>
    public int KeepWeekly { get; }

    /// <summary>For how many months.</summary>
    public int KeepMonthly { get; }

    /// <summary>For how many years.</summary>
    public int KeepYearly { get; }

    /// <summary>How much older than the newest a snapshot may be to be kept; null for no such rule.</summary>
    public TimeSpan? KeepWithin { get; }

    /// <summary>The tags whose snapshots are all kept, with commas between them; null for none.</summary>
    public string? KeepTag { get; }

    /// <summary>The time zone of the days, weeks, months and years; null for that of the machine that removes.</summary>
    public string? TimeZone { get; }

    /// <summary>Whether what came of each job goes to the system's log.</summary>
    public bool Journal { get; }

    /// <summary>The directory in which each job has a file for Prometheus.</summary>
    public string? PrometheusDirectory { get; }

    /// <summary>Every setting with where it comes from.</summary>
    public RekkordConfigValue[] Values { get; }
}

/// <summary>One setting as it is in force.</summary>
public sealed class RekkordConfigValue
{
    internal RekkordConfigValue(ConfigEntry entry)
    {
        Section = entry.Key.Section;
        Name = entry.Key.Name;
        Value = entry.DisplayValue;
        Source = entry.Source.ToString();
        Origin = entry.Origin;
    }

    /// <summary>The section of the configuration file.</summary>
    public string Section { get; }

    /// <summary>The key in the section.</summary>
    public string Name { get; }

    /// <summary>The value; null when unset. A secret is shown as stars.</summary>
    public string? Value { get; }

    /// <summary>Default, File, Environment or Parameter.</summary>
    public string Source { get; }

    /// <summary>The file with line, the variable, or the parameter; null for a default.</summary>
    public string? Origin { get; }

    /// <summary>Section, key and value.</summary>
    public override string ToString() => $"[{Section}] {Name} = {Value}";
}

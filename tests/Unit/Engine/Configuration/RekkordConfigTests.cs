using System.Globalization;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Configuration.Syntax;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Tests.Configuration;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RekkordConfigTests : IDisposable
{
    private const string Secret = "s3cr3t-value";

    private readonly ConfigSandbox _sandbox = new();

    [Fact]
    public void The_sample_of_Rekkords_documentation_loads_as_it_stands()
    {
        var config = _sandbox.LoadText("rekkord.ini", "# ...\n\n[Hooks]\nPreSaveDirectory = /opt/rekkord/hooks/presave\n");
        Assert.Equal(new ConfigValue<string?>("/opt/rekkord/hooks/presave", ConfigSource.File), config.Hooks.PreSaveDirectory);
        Assert.Equal(
            [KeyValuePair.Create(HookPhase.PreSave, "/opt/rekkord/hooks/presave")],
            config.Hooks.ToHookSettings().Directories);
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("da-DK")]
    [InlineData("ar-SA")]
    public void Both_forms_give_the_same_model_with_every_key_in_every_culture(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            AssertBothForms();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Without_a_file_everything_is_at_its_default()
    {
        var config = _sandbox.Load();
        Assert.Null(config.ConfigFile);
        Assert.Equal(new ConfigValue<int>(1, ConfigSource.Default), config.Settings.CompressionLevel);
        Assert.Equal(new ConfigValue<bool>(false, ConfigSource.Default), config.Hooks.TrustHookPermissions);
        Assert.Equal(new ConfigValue<TimeSpan?>(null, ConfigSource.Default), config.Hooks.HookTimeout);
        Assert.Empty(config.Hooks.ToHookSettings().Directories);
        Assert.All(config.Entries, entry => Assert.Equal(ConfigSource.Default, entry.Source));
    }

    [Theory]
    [InlineData("~/repo", "/repo")]
    [InlineData("$HOME/repo", "/repo")]
    [InlineData("${HOME}/a b/$", "/a b/$")]
    [InlineData("~", "")]
    public void The_home_directory_is_put_in_for_its_usual_signs(string text, string rest)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var config = _sandbox.LoadText("home.ini", $"[Repository]\nURL = {text}\nKeyFile = {text}\n[Hooks]\nPreSaveDirectory = {text}\n");
        Assert.Equal(home + rest, config.Repository.Url.Value);
        Assert.Equal(home + rest, config.Repository.KeyFile.Value);
        Assert.Equal(home + rest, config.Hooks.PreSaveDirectory.Value);
        _sandbox.Variables["REKKORD_REPOSITORY"] = text;
        Assert.Equal(home + rest, _sandbox.Load().Repository.Url.Value);
    }

    [Theory]
    [InlineData("$DATA/repo")]
    [InlineData("/mnt/${DATA}/repo")]
    [InlineData("$env:DATA/repo")]
    [InlineData("$HOMEPAGE/repo")]
    [InlineData("~ann/repo")]
    public void Another_variable_in_a_path_is_refused(string text)
    {
        var error = _sandbox.Fail("other.ini", $"[Repository]\nKeyFile = {text}\n");
        Assert.Equal("ConfigInvalidValue", error.ErrorId);
        Assert.Contains("Only ~ and $HOME", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/mnt/c$/repo")]
    [InlineData("/mnt/a~b/repo~")]
    public void A_sign_within_a_name_stays(string text) =>
        Assert.Equal(text, _sandbox.LoadText("sign.ini", $"[Repository]\nURL = {text}\n").Repository.Url.Value);

    [Fact]
    public void A_parameter_overrides_the_environment_which_overrides_the_file()
    {
        var file = _sandbox.Write("c.ini", "[Repository]\nURL = from-file\nKeyFile = file.key\n[S3]\nAccessKeyID = file\n");
        _sandbox.Variables["REKKORD_REPOSITORY"] = "from-environment";
        _sandbox.Variables["REKKORD_KEY_FILE"] = "environment.key";
        var config = _sandbox.Load(new ConfigurationRequest { ConfigPath = file, Repository = "from-parameter" });
        Assert.Equal(new ConfigValue<string?>(In("from-parameter"), ConfigSource.Parameter), config.Repository.Url);
        Assert.Equal(new ConfigValue<string?>(In("environment.key"), ConfigSource.Environment), config.Repository.KeyFile);
        Assert.Equal(new ConfigValue<string?>("file", ConfigSource.File), config.S3.AccessKeyId);
        Assert.Equal("-Repository", config.Entries[0].Origin);
        Assert.Equal("REKKORD_KEY_FILE", config.Entries[1].Origin);
        Assert.Equal($"{file}:5", config.Entries.Single(entry => entry.Key.FullName == "S3.AccessKeyID").Origin);
    }

    [Fact]
    public void An_empty_variable_is_an_unset_one()
    {
        _sandbox.Variables["REKKORD_REPOSITORY"] = "";
        _sandbox.Variables["REKKORD_CONFIG_FILE"] = "";
        Assert.Null(_sandbox.Load().Repository.Url.Value);
    }

    [Fact]
    public void The_file_is_looked_for_in_order()
    {
        _sandbox.Write("machine/rekkord.ini", "[Repository]\nURL = /machine\n");
        Assert.Equal("/machine", _sandbox.Load().Repository.Url.Value);
        _sandbox.Write("user/rekkord.toml", "Repository.URL = '/user'\n");
        Assert.Equal("/user", _sandbox.Load().Repository.Url.Value);
        _sandbox.Write("variable.conf", "[Repository]\nURL = /variable\n");
        _sandbox.Variables["REKKORD_CONFIG_FILE"] = "variable.conf";
        Assert.Equal("/variable", _sandbox.Load().Repository.Url.Value);
        _sandbox.Write("parameter.ini", "[Repository]\nURL = /parameter\n");
        var config = _sandbox.Load(new ConfigurationRequest { ConfigPath = "parameter.ini" });
        Assert.Equal(("/parameter", In("parameter.ini")), (config.Repository.Url.Value, config.ConfigFile));
    }

    [Fact]
    public void Two_files_in_one_place_are_an_error_and_not_a_choice()
    {
        _sandbox.Write("user/rekkord.toml", "");
        _sandbox.Write("user/rekkord.ini", "");
        AssertFails("ConfigFileAmbiguous", RekkordErrorKind.InvalidArgument, () => _sandbox.Load());
    }

    [Fact]
    public void A_file_that_was_named_and_is_missing_is_an_error()
    {
        _sandbox.Write("machine/rekkord.ini", "");
        AssertFails("ConfigFileNotFound", RekkordErrorKind.NotFound, () => _sandbox.Load(new ConfigurationRequest { ConfigPath = "no.ini" }));
        AssertFails("ConfigFileNotFound", RekkordErrorKind.NotFound, () => _sandbox.Load(new ConfigurationRequest { ConfigPath = "" }));
        _sandbox.Variables["REKKORD_CONFIG_FILE"] = "no.toml";
        var error = AssertFails("ConfigFileNotFound", RekkordErrorKind.NotFound, () => _sandbox.Load());
        Assert.Contains("REKKORD_CONFIG_FILE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_error_also_in_its_usual_place()
    {
        Directory.CreateDirectory(Path.Combine(_sandbox.UserDirectory, "rekkord.toml"));
        Assert.Equal("ConfigFileUnreadable", Assert.Throws<ConfigurationException>(() => _sandbox.Load()).ErrorId);
    }

    [Fact]
    public void A_file_that_is_no_configuration_by_its_size_is_not_read_whole()
    {
        var path = _sandbox.Write("big.ini", "");
        using (var file = File.OpenWrite(path))
            file.SetLength(1L << 40);
        AssertFails("ConfigFileUnreadable", RekkordErrorKind.InvalidData, () => _sandbox.Load(new ConfigurationRequest { ConfigPath = path }));
    }

    [Fact]
    public void Relative_paths_are_relative_to_the_file()
    {
        var config = _sandbox.LoadText("etc/deep/c.toml", """
            [Repository]
            URL = "../repo"
            KeyFile = "master.key"
            [Hooks]
            PostScanDirectory = "hooks/./x"
            """);
        Assert.Equal(In("etc/repo"), config.Repository.Url.Value);
        Assert.Equal(In("etc/deep/master.key"), config.Repository.KeyFile.Value);
        Assert.Equal(In("etc/deep/hooks/x"), config.Hooks.PostScanDirectory.Value);
    }

    [Theory]
    [InlineData("user@host:backup/x")]
    [InlineData("host:backup")]
    [InlineData("sftp://host/x")]
    [InlineData("https://bucket.example/x")]
    public void A_location_that_is_no_path_stays_as_it_is(string url) =>
        Assert.Equal(url, _sandbox.LoadText("c.ini", $"[Repository]\nURL = {url}\n").Repository.Url.Value);

    [Fact]
    public void A_wrong_variable_is_named()
    {
        _sandbox.Variables["REKKORD_KEY_FILE"] = "a\0b";
        var error = AssertFails("ConfigInvalidValue", RekkordErrorKind.InvalidArgument, () => _sandbox.Load());
        Assert.Contains("REKKORD_KEY_FILE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_in_no_entry_and_in_no_text()
    {
        _sandbox.Variables["REKKORD_SFTP_PASSWORD"] = Secret;
        var config = _sandbox.LoadText("c.ini", $"[Repository]\nURL = sftp://user:{Secret}@host/x\n[S3]\nSecretKey = {Secret}\n"
            + $"[Azure]\nAccountKey = {Secret}\nSasToken = sig={Secret}\nEndpoint = https://host/?sig={Secret}\n");
        Assert.Equal((Secret, Secret), (config.S3.SecretKey.Value, config.Sftp.Password.Value));
        var shown = string.Join('\n', config.Entries) + config.S3 + config.Sftp + config.Azure.AccountKey + config.Azure.SasToken + config.Repository + config.Repository.Url + config.S3.SecretKey;
        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
        Assert.Equal("(hidden)", config.Entries.Single(entry => entry.Key.FullName == "S3.SecretKey").DisplayValue);
        Assert.Equal("sftp://user@host/x", config.Entries[0].DisplayValue);
    }

    [Fact]
    public void A_secret_of_the_wrong_type_is_not_in_the_error()
    {
        var error = _sandbox.Fail("c.toml", "[S3]\nSecretKey = 1234567\n");
        Assert.Equal("ConfigWrongType", error.ErrorId);
        Assert.DoesNotContain("1234567", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_secret_that_everybody_can_read_is_refused_with_the_command_to_fix_it()
    {
        var path = _sandbox.Write("it's mine.ini", "[SFTP]\nPassword = x\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
        var error = AssertFails("ConfigFileExposed", RekkordErrorKind.Security, () => _sandbox.Load(new ConfigurationRequest { ConfigPath = path }));
        Assert.EndsWith($@"Run: chmod o-rwx '{_sandbox.Root}/it'\''s mine.ini'", error.Message, StringComparison.Ordinal);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_000);
        Assert.Equal("x", _sandbox.Load(new ConfigurationRequest { ConfigPath = path }).Sftp.Password.Value);
    }

    [Theory]
    [InlineData("[Hooks]\nPreSaveDirectory = x\nTrustHookPermissions = true\n")]
    [InlineData("[Settings]\nThreads = 1\n")]
    public void A_file_that_everybody_can_write_is_refused_whatever_it_says_and_also_behind_a_link(string text)
    {
        var path = _sandbox.Write("it's c.ini", text);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        File.CreateSymbolicLink(In("link.ini"), path);
        var error = AssertFails("ConfigFileUntrusted", RekkordErrorKind.Security, () => _sandbox.Load(new ConfigurationRequest { ConfigPath = "link.ini" }));
        Assert.EndsWith($@"Run: chmod o-w '{_sandbox.Root}/it'\''s c.ini'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_a_directory_in_which_others_could_replace_it_is_refused_and_one_in_a_sticky_directory_is_not()
    {
        var request = new ConfigurationRequest { ConfigPath = _sandbox.Write("open/c.ini", "[Hooks]\nPreSaveDirectory = x\n") };
        File.SetUnixFileMode(In("open"), (UnixFileMode)0b111_111_111);
        AssertFails("ConfigFileUntrusted", RekkordErrorKind.Security, () => _sandbox.Load(request));
        File.SetUnixFileMode(In("open"), (UnixFileMode)0b001_111_111_111);
        Assert.Equal(In("open/x"), _sandbox.Load(request).Hooks.PreSaveDirectory.Value);
    }

    [RequiresRootFact]
    public void A_file_of_another_user_or_that_another_group_can_write_is_refused()
    {
        var path = _sandbox.Write("c.ini", "[Hooks]\nPreSaveDirectory = x\nTrustHookPermissions = true\n");
        Hooks.HookSandbox.Execute("chown", "daemon", path);
        AssertFails("ConfigFileUntrusted", RekkordErrorKind.Security, () => _sandbox.Load(new ConfigurationRequest { ConfigPath = path }));
        Hooks.HookSandbox.Execute("chown", "root:daemon", path);
        Assert.NotNull(_sandbox.Load(new ConfigurationRequest { ConfigPath = path }));
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_000);
        AssertFails("ConfigFileUntrusted", RekkordErrorKind.Security, () => _sandbox.Load(new ConfigurationRequest { ConfigPath = path }));
    }

    [Fact]
    public void Rekkords_own_variable_names_the_keyfile_too_unless_both_differ()
    {
        _sandbox.Variables["REKKORD_KEYFILE"] = "a.key";
        Assert.Equal(In("a.key"), _sandbox.Load().Repository.KeyFile.Value);
        _sandbox.Variables["REKKORD_KEY_FILE"] = "a.key";
        Assert.Equal(In("a.key"), _sandbox.Load().Repository.KeyFile.Value);
        _sandbox.Variables["REKKORD_KEY_FILE"] = "b.key";
        var error = AssertFails("ConfigInvalidValue", RekkordErrorKind.InvalidArgument, () => _sandbox.Load());
        Assert.Contains("REKKORD_KEY_FILE and REKKORD_KEYFILE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_retention_that_the_storage_cannot_give_is_refused_where_it_is_relied_on()
    {
        Assert.Equal(
            "RetentionUnsupported",
            Assert.Throws<RekkordException>(() => _sandbox.LoadText("c.ini", "[Protection]\nRetainDuration = 30d\n").Protection.RequireEffect(mayHave: false)).ErrorId);
        _sandbox.LoadText("c.ini", "[Protection]\nRetainDuration = 30d\n").Protection.RequireEffect(mayHave: true);
        _sandbox.LoadText("d.ini", "[Settings]\nThreads = 1\n").Protection.RequireEffect(mayHave: false);
    }

    public void Dispose() => _sandbox.Dispose();

    private void AssertBothForms()
    {
        // Every key of the schema, so that none is forgotten in the model.
        var values = new Dictionary<string, (string Ini, string Toml)>
        {
            ["Repository.URL"] = ("/repo", "'/repo'"), ["Repository.KeyFile"] = ("/k", "'/k'"),
            ["Repository.PassphraseFrom"] = ("secret:vault/name", "'secret:vault/name'"),
            ["Repository.TrustKeyFilePermissions"] = ("1", "true"),
            ["Settings.Threads"] = ("4", "4"), ["Settings.CompressionLevel"] = ("19", "19"),
            ["Settings.Connections"] = ("3", "3"), ["Settings.LimitUpload"] = ("2MB", "'2MB'"),
            ["Settings.CacheSize"] = ("3GB", "'3GB'"),
            ["Save.ExcludeFrom"] = ("/x", "'/x'"), ["Save.ExcludeLargerThan"] = ("5GB", "'5GB'"), ["Save.ExcludeCaches"] = ("on", "true"),
            ["Save.OneFileSystem"] = ("on", "true"), ["Save.IgnoreFiles"] = ("off", "false"), ["Save.Tag"] = ("a, b", "'a, b'"),
            ["Hooks.PreSaveDirectory"] = ("/a", "'/a'"), ["Hooks.PostSaveDirectory"] = ("/b", "'/b'"),
            ["Hooks.PreScanDirectory"] = ("/c", "'/c'"), ["Hooks.PostScanDirectory"] = ("/d", "'/d'"),
            ["Hooks.HookTimeout"] = ("2h30m", "'2h30m'"), ["Hooks.RunPostHooksAfterPreFailure"] = ("Yes", "true"),
            ["Hooks.TrustHookPermissions"] = ("on", "true"), ["Protection.RetainDuration"] = ("30d", "'30d'"),
            ["Retention.KeepLast"] = ("1", "1"), ["Retention.KeepHourly"] = ("2", "2"), ["Retention.KeepDaily"] = ("3", "3"),
            ["Retention.KeepWeekly"] = ("4", "4"), ["Retention.KeepMonthly"] = ("5", "5"), ["Retention.KeepYearly"] = ("6", "6"),
            ["Retention.KeepWithin"] = ("30d", "'30d'"), ["Retention.KeepTag"] = ("c, d", "'c, d'"), ["Retention.SweepAfter"] = ("14d", "'14d'"), ["Retention.TimeZone"] = ("UTC", "'UTC'"),
            ["Report.Journal"] = ("true", "true"), ["Report.PrometheusDirectory"] = ("/p", "'/p'"),
            ["S3.AccessKeyID"] = ("id", "'id'"), ["S3.SecretKey"] = ("secret", "'secret'"), ["S3.SecretKeyFrom"] = ("command:key", "'command:key'"),
            ["S3.SessionToken"] = ("token", "'token'"), ["S3.SessionTokenFrom"] = ("command:token", "'command:token'"),
            ["S3.Region"] = ("eu", "'eu'"), ["S3.StorageClass"] = ("STANDARD_IA", "'STANDARD_IA'"), ["S3.LockMode"] = ("COMPLIANCE", "'COMPLIANCE'"),
            ["Azure.AccountKey"] = ("key", "'key'"), ["Azure.AccountKeyFrom"] = ("credential:key", "'credential:key'"),
            ["Azure.SasToken"] = ("sig=x", "'sig=x'"), ["Azure.SasTokenFrom"] = ("command:sas", "'command:sas'"), ["Azure.Endpoint"] = ("https://host", "'https://host'"),
            ["SFTP.Password"] = ("pass", "'pass'"), ["SFTP.PasswordFrom"] = ("credential:pass", "'credential:pass'"), ["SFTP.KeyFile"] = ("/s", "'/s'"),
            ["SFTP.KeyPassphrase"] = ("phrase", "'phrase'"), ["SFTP.KeyPassphraseFrom"] = ("credential:phrase", "'credential:phrase'"),
            ["SFTP.Fingerprint"] = ("SHA256:x", "'SHA256:x'"), ["SFTP.Command"] = ("ssh -J jump", "'ssh -J jump'"),
        };
        Assert.Equal(ConfigSchema.Keys.Select(key => key.FullName), values.Keys);

        // A secret and its place exclude each other.
        var keys = ConfigSchema.Keys.Where(key => key.InsteadOf is null);
        var ini = _sandbox.LoadText("c.ini", string.Concat(keys.Select(key => $"[{key.Section}]\n{key.Name} = {values[key.FullName].Ini}\n")));
        var toml = _sandbox.LoadText("c.toml", string.Concat(keys.Select(key => $"{key.FullName} = {values[key.FullName].Toml}\n")));
        foreach (var config in new[] { ini, toml })
        {
            Assert.All(config.Entries.Where(entry => entry.Key.InsteadOf is null), entry => Assert.Equal(ConfigSource.File, entry.Source));
            Assert.Equal(("/repo", "/k"), (config.Repository.Url.Value, config.Repository.KeyFile.Value));
            Assert.Equal(new SecretReference.InVault("vault", "name"), config.Repository.PassphraseFrom.Value);
            Assert.True(config.Repository.TrustKeyFilePermissions.Value);
            var keep = config.Retention;
            Assert.Equal((1, 2, 3, 4, 5, 6), (keep.KeepLast.Value, keep.KeepHourly.Value, keep.KeepDaily.Value, keep.KeepWeekly.Value, keep.KeepMonthly.Value, keep.KeepYearly.Value));
            Assert.Equal((TimeSpan.FromDays(30), TimeSpan.FromDays(14), TimeZoneInfo.Utc), (keep.KeepWithin.Value, keep.SweepAfter.Value, keep.FindTimeZone()));
            Assert.Equal((true, "/p"), (config.Report.Journal.Value, config.Report.PrometheusDirectory.Value));
            Assert.Equal(("a, b", "c, d"), (config.Save.Tag.Value, keep.KeepTag.Value));
            Assert.Equal((4, 19), (config.Settings.Threads.Value, config.Settings.CompressionLevel.Value));
            var hooks = config.Hooks.ToHookSettings();
            Assert.Equal(
                [(HookPhase.PreSave, "/a"), (HookPhase.PostSave, "/b"), (HookPhase.PreScan, "/c"), (HookPhase.PostScan, "/d")],
                hooks.Directories.Select(pair => (pair.Key, pair.Value)));
            Assert.Equal((new TimeSpan(2, 30, 0), true, true), (hooks.Timeout, hooks.RunPostHooksAfterPreFailure, hooks.TrustHookPermissions));
            Assert.Equal(TimeSpan.FromDays(30), config.Protection.RetainDuration.Value);
            Assert.Equal((3, 2L << 20), (config.Settings.Connections.Value, config.Settings.LimitUpload.Value));
            Assert.Equal(3L << 30, config.Settings.CacheSize.Value);
            var save = config.Save;
            Assert.Equal(
                ("/x", 5L << 30, true, true, false),
                (save.ExcludeFrom.Value, save.ExcludeLargerThan.Value, save.ExcludeCaches.Value, save.OneFileSystem.Value, save.IgnoreFiles.Value));
            var bucket = config.S3.ToOptions(_ => throw new InvalidOperationException());
            Assert.Equal(("id", "secret", "token", "eu", "STANDARD_IA", "COMPLIANCE"), (bucket.AccessKeyId, bucket.SecretKey, bucket.SessionToken, bucket.Region, bucket.StorageClass, bucket.LockMode));
            var container = config.Azure.ToOptions(_ => throw new InvalidOperationException());
            Assert.Equal(("key", "sig=x", "https://host"), (container.AccountKey, container.SasToken, container.Endpoint));
            Assert.DoesNotContain("sig", container.ToString(), StringComparison.Ordinal);
            var server = config.Sftp.ToOptions(_ => throw new InvalidOperationException());
            Assert.Equal(("pass", "/s", "phrase", "SHA256:x", "ssh -J jump"), (server.Password, server.KeyFile, server.KeyPassphrase, server.Fingerprint, server.Command));
            Assert.DoesNotContain("pass", server.ToString(), StringComparison.Ordinal);
        }

        var places = _sandbox.LoadText("places.toml", string.Concat(ConfigSchema.Keys.Where(key => key.InsteadOf is not null).Select(key => $"{key.FullName} = {values[key.FullName].Toml}\n")));
        var (bucketOfPlaces, serverOfPlaces) = (places.S3.ToOptions(place => $"from {place}"), places.Sftp.ToOptions(place => $"from {place}"));
        var containerOfPlaces = places.Azure.ToOptions(place => $"from {place}");
        Assert.Equal(("from credential:key", "from command:sas"), (containerOfPlaces.AccountKey, containerOfPlaces.SasToken));
        Assert.Equal(
            ("from command:key", "from command:token", "from credential:pass", "from credential:phrase"),
            (bucketOfPlaces.SecretKey, bucketOfPlaces.SessionToken, serverOfPlaces.Password, serverOfPlaces.KeyPassphrase));
    }

    private string In(string name) => Path.Combine(_sandbox.Root, name);

    private static ConfigurationException AssertFails(string errorId, RekkordErrorKind kind, Action load)
    {
        var error = Assert.Throws<ConfigurationException>(load);
        Assert.Equal((errorId, kind), (error.ErrorId, error.Kind));
        return error;
    }
}

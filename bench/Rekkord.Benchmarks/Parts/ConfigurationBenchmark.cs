using BenchmarkDotNet.Attributes;
using Rekkord.Engine.Configuration;

namespace Rekkord.Benchmarks.Parts;

/// <summary>Loading the same configuration from a file in the INI form and in TOML.</summary>
public class ConfigurationBenchmark
{
    private const string Ini = """
        # The nightly backup.
        [Repository]
        URL = /srv/backup
        KeyFile = write.key

        [Hooks]
        PreSaveDirectory = /opt/rekkord/hooks/presave
        PostSaveDirectory = /opt/rekkord/hooks/postsave
        HookTimeout = 10m

        """;

    private const string Toml = """
        # The nightly backup.
        [Repository]
        URL = "/srv/backup"
        KeyFile = "write.key"

        [Hooks]
        PreSaveDirectory = "/opt/rekkord/hooks/presave"
        PostSaveDirectory = "/opt/rekkord/hooks/postsave"
        HookTimeout = "10m"

        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("rekkord-configuration-").FullName;

    private string IniFile => Path.Combine(_directory, "rekkord.ini");

    private string TomlFile => Path.Combine(_directory, "rekkord.toml");

    [GlobalSetup]
    public void WriteFiles()
    {
        File.WriteAllText(IniFile, Ini);
        File.WriteAllText(TomlFile, Toml);
    }

    [Benchmark]
    public object LoadIni() => ConfigFileReader.Read(IniFile);

    [Benchmark]
    public object LoadToml() => ConfigFileReader.Read(TomlFile);

    [GlobalCleanup]
    public void RemoveFiles() => Directory.Delete(_directory, recursive: true);
}

using Rekkord.Engine.Configuration;
using Rekkord.Engine.Configuration.Syntax;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Tests.Configuration;

/// <summary>Real configuration files in a temporary directory, and an environment of their own.</summary>
internal sealed class ConfigSandbox : IDisposable
{
    public ConfigSandbox() => Root = Directory.CreateTempSubdirectory("rekkord-config-").FullName;

    public string Root { get; }

    public Dictionary<string, string> Variables { get; } = [];

    public string UserDirectory => Path.Combine(Root, "user");

    public string MachineDirectory => Path.Combine(Root, "machine");

    /// <summary>Writes a file that only its owner can read.</summary>
    public string Write(string name, string content)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        using var file = new StreamWriter(PrivateFile.Create(path));
        file.Write(content);
        return path;
    }

    public RekkordConfig Load(ConfigurationRequest? request = null) => RekkordConfig.Load(
        (request ?? new ConfigurationRequest()) with { WorkingDirectory = Root },
        name => Variables.GetValueOrDefault(name),
        [UserDirectory, MachineDirectory]);

    public RekkordConfig LoadText(string name, string content) => Load(new ConfigurationRequest { ConfigPath = Write(name, content) });

    public ConfigurationException Fail(string name, string content) => Assert.Throws<ConfigurationException>(() => LoadText(name, content));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

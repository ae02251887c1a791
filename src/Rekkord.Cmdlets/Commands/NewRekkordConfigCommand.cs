using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using EngineConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Makes a configuration file that names every key and says what it does. What is missing is asked for where somebody can answer.</summary>
[Cmdlet(VerbsCommon.New, "RekkordConfig", SupportsShouldProcess = true)]
[OutputType(typeof(Models.RekkordConfig))]
public sealed class NewRekkordConfigCommand : RekkordCommand
{
    /// <summary>The repository's path or URL. It need not be there yet.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Repository { get; set; } = "";

    /// <summary>The keyfile. It need not be there yet.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string KeyFile { get; set; } = "";

    /// <summary>Where the file goes; otherwise to the user's place.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>A directory for hooks. It gets a directory for each phase, and the file names these.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HookDirectory { get; set; }

    /// <summary>Replaces a file that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var path = ResolvePath(Path ?? System.IO.Path.Combine(EngineConfig.UserDirectory, "rekkord.toml"));
        var values = new Dictionary<string, string>
        {
            ["Repository.URL"] = ResolveLocation(Repository),
            ["Repository.KeyFile"] = ResolvePath(KeyFile),
        };
        var hooks = HookDirectory is null ? [] : Enum.GetValues<RekkordHookPhase>().ToDictionary(
            phase => $"Hooks.{phase}Directory", phase => System.IO.Path.Combine(ResolvePath(HookDirectory), $"{phase}".ToLowerInvariant()));
        foreach (var (key, directory) in hooks)
            values.Add(key, directory);
        if (!ShouldProcess($"'{path}', for the repository '{Repository}'", "Make a configuration file"))
            return;
        ConfigTemplate.Write(path, ConfigTemplate.Create(values), Force);
        foreach (var directory in hooks.Values)
            Directory.CreateDirectory(directory);
        WriteObject(new Models.RekkordConfig(EngineConfig.Load(new ConfigurationRequest { ConfigPath = path, WorkingDirectory = CurrentDirectory, UsesEnvironment = false })));
        var inForce = EngineConfig.Load(new ConfigurationRequest { ConfigPath = path, WorkingDirectory = CurrentDirectory });
        foreach (var entry in inForce.Entries.Where(entry => entry.Source == ConfigSource.Environment && values.ContainsKey($"{entry.Key.Section}.{entry.Key.Name}")))
            WriteWarning($"In this session {entry.Origin} goes before {entry.Key.Name} of the file: it is '{entry.DisplayValue}'.");
    });
}

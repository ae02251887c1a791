using Rekkord.Tests;

namespace Rekkord.Module.Tests;

/// <summary>
/// A session beside a directory of its own, with a source, a repository and a configuration whose hook directories exist and are
/// empty. Scripts find the paths in <c>$source</c>, <c>$destination</c>, <c>$repository</c>, <c>$keyFile</c> and <c>$config</c>.
/// </summary>
internal sealed class ModuleSandbox : IDisposable
{
    private const string Phases = "PreSave PostSave PreScan PostScan";

    public ModuleSandbox(bool initialize = true)
    {
        Base = TestDirectory.Create();
        Directory.CreateDirectory(Source);
        foreach (var phase in Phases.Split(' '))
            Directory.CreateDirectory(HookDirectory(phase));
        Configure();
        Session.Set("source", Source);
        Session.Set("destination", Destination);
        Session.Set("repository", Repository);
        Session.Set("keyFile", KeyFile);
        Session.Set("config", ConfigFile);
        Session.Set("PSDefaultParameterValues", new System.Management.Automation.DefaultParameterDictionary { ["*-Rekkord*:ConfigPath"] = ConfigFile });
        Session.Runspace.SessionStateProxy.Path.SetLocation(Base);
        if (initialize)
            Session.Invoke("Initialize-RekkordRepository $repository $keyFile").Clean();
    }

    public ModuleSession Session { get; } = ModuleSession.Take();

    public string Base { get; }

    public string Source => Path.Combine(Base, "source");

    public string Destination => Path.Combine(Base, "destination");

    public string Repository => Path.Combine(Base, "repository");

    public string KeyFile => Path.Combine(Base, "master.key");

    public string ConfigFile => Path.Combine(Base, "rekkord.toml");

    /// <summary>What hooks of these tests write to, a line each.</summary>
    public string Log => Path.Combine(Base, "log");

    public IReadOnlyList<string> LogLines => File.Exists(Log) ? File.ReadAllLines(Log) : [];

    public string HookDirectory(string phase) => Path.Combine(Base, "hooks", phase);

    /// <summary>Writes the configuration, with more lines for its [Hooks] section.</summary>
    public void Configure(string moreHookSettings = "")
    {
        var directories = Phases.Split(' ').Select(phase => $"{phase}Directory = 'hooks/{phase}'");
        File.WriteAllText(ConfigFile, $"""
            [Repository]
            URL = '{Repository}'
            KeyFile = '{KeyFile}'

            [Hooks]
            {string.Join('\n', directories)}
            {moreHookSettings}

            """);
    }

    /// <summary>Writes a file below the source and returns its path.</summary>
    public string Write(string name, string content)
    {
        var path = Path.Combine(Source, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>
    /// Writes a hook. A <c>.ps1</c> finds the log's path in <c>$env:TEST_LOG</c>, the others in <c>$TEST_LOG</c>.
    /// </summary>
    public string Hook(string phase, string name, string content)
    {
        var path = Path.Combine(HookDirectory(phase), name);
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A hook in the shell's language.</summary>
    public string ShellHook(string phase, string name, string commands) => Hook(phase, name, $"#!/bin/sh\n{commands}\n");

    /// <summary>A post hook of a save that logs what it was told.</summary>
    public void LogOutcome(string phase = "PostSave", string name = "50-log") =>
        ShellHook(phase, name, "echo \"$REKKORD_PHASE $SUCCESS\" >> \"$TEST_LOG\"");

    /// <summary>Runs a script of the module's cmdlets.</summary>
    public ModuleRun Invoke(string script)
    {
        Environment.SetEnvironmentVariable("TEST_LOG", Log);
        return Session.Invoke(script);
    }

    /// <summary>The ordinary save of these tests.</summary>
    public ModuleRun Save() => Invoke("Invoke-RekkordSave test $source");

    /// <summary>The names of the files of the repository, relative to it.</summary>
    public IReadOnlyList<string> RepositoryFiles => Directory.Exists(Repository)
        ? [.. Directory.GetFiles(Repository, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Repository, file)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>
    /// Fails the test unless the repository holds nothing unfinished, can be read in full, and can be written to.
    /// </summary>
    public void AssertRepositorySound()
    {
        Assert.DoesNotContain(RepositoryFiles, file => file.StartsWith("tmp/", StringComparison.Ordinal));
        var scan = Session.Invoke("Invoke-RekkordScan -Full -SkipHooks -Confirm:$false").Clean();
        Assert.Equal("Succeeded", Assert.Single(scan.OfType("RekkordScanResult")).Text("Status"));
        var save = Session.Invoke("Invoke-RekkordSave sound $config -SkipHooks -Confirm:$false").Clean();
        Assert.Equal("Succeeded", save.Save.Text("Status"));
    }

    public void Dispose()
    {
        Session.Return();
        Environment.SetEnvironmentVariable("TEST_LOG", null);
        TestDirectory.Remove(Base);
    }
}

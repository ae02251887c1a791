using System.Collections.Concurrent;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Tests.Hooks;

/// <summary>Real hook directories in a temporary directory, and a way to run them.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class HookSandbox : IHookObserver, IScriptHookExecutor, IDisposable
{
    public HookSandbox() => Root = Directory.CreateTempSubdirectory("rekkord-hooks-").FullName;

    public string Root { get; }

    public HookSettings Settings { get; set; } = new();

    public bool WantsOutput { get; set; }

    /// <summary>What the observer heard, one text each.</summary>
    public ConcurrentQueue<string> Events { get; } = [];

    /// <summary>Called for each event, on the thread that runs the phase.</summary>
    public Action<string>? OnEvent { get; set; }

    /// <summary>Stands for PowerShell.</summary>
    public Func<Hook, HookContext, HookEnvironment, CancellationToken, ScriptHookOutcome>? Script { get; set; }

    public HookRunner Runner => new(Settings, this, this, Root);

    /// <summary>The directory of a phase, configured and made when it is asked for.</summary>
    public string DirectoryOf(HookPhase phase)
    {
        if (!Settings.Directories.TryGetValue(phase, out var directory))
        {
            directory = Directory.CreateDirectory(Path.Combine(Root, phase.ToString())).FullName;
            Configure(phase, directory);
        }

        return directory;
    }

    public void Configure(HookPhase phase, string directory) => Settings = Settings with
    {
        Directories = new Dictionary<HookPhase, string>(Settings.Directories) { [phase] = directory },
    };

    /// <summary>Writes a hook that may be executed.</summary>
    public string Add(string name, string content, HookPhase phase = HookPhase.PreSave)
    {
        var path = Path.Combine(DirectoryOf(phase), name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    /// <summary>Writes a shell script hook.</summary>
    public string AddShell(string name, string script, HookPhase phase = HookPhase.PreSave) => Add(name, "#!/bin/sh\n" + script + "\n", phase);

    public string PathOf(string name) => Path.Combine(Root, name);

    public HookPhaseResult Run(HookPhase phase = HookPhase.PreSave, CancellationToken stop = default) =>
        Runner.Run(new HookContext { Phase = phase, Outcome = phase.IsPre() ? null : HookOutcome.Success }, stop);

    /// <summary>Runs the only hook there is.</summary>
    public HookResult RunSingle(CancellationToken stop = default) => Assert.Single(Run(stop: stop).Results);

    /// <summary>Makes a named pipe and opens its reading end without waiting for a writer.</summary>
    public FileStream MakePipe(string name)
    {
        Execute("mkfifo", PathOf(name));
        // Opened for both, so that neither this nor the hook's side waits for the other.
        return new FileStream(PathOf(name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
    }

    public static string Execute(string program, params string[] arguments) => TestProgram.Run(program, arguments);

    public void OnStarted(Hook hook) => Add($"started {hook.Name}");

    public void OnOutput(Hook hook, HookStream stream, string line) => Add($"{stream} {line}");

    public void OnEnded(HookResult result) => Add($"ended {result.Hook.Name} {result.Status}");

    public ScriptHookOutcome Run(Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop) =>
        Script!(hook, context, environment, stop);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Add(string text)
    {
        Events.Enqueue(text);
        OnEvent?.Invoke(text);
    }
}

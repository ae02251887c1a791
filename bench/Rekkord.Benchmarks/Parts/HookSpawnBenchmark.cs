using BenchmarkDotNet.Attributes;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Benchmarks.Parts;

/// <summary>A phase with one external hook that does nothing: finding and checking it, starting it, waiting for its end.</summary>
public class HookSpawnBenchmark
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rekkord-hook-").FullName;
    private readonly HookContext _context = new() { Phase = HookPhase.PreSave, Channel = "benchmark" };
    private HookRunner? _runner;

    [GlobalSetup]
    public void CreateHook()
    {
        var hook = Path.Combine(_directory, "10-true.sh");
        File.WriteAllText(hook, "#!/bin/sh\nexit 0\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var settings = new HookSettings { Directories = new Dictionary<HookPhase, string> { [HookPhase.PreSave] = _directory } };
        _runner = new HookRunner(settings, new NoScripts(), new SilentObserver(), _directory);
    }

    /// <exception cref="InvalidOperationException">The hook did not run: there is nothing to measure.</exception>
    [Benchmark]
    public object Run()
    {
        var result = _runner!.Run(_context, CancellationToken.None);
        return result.Results is [{ Succeeded: true }] ? result : throw new InvalidOperationException("The hook did not run.", result.ToError());
    }

    [GlobalCleanup]
    public void RemoveHook() => Directory.Delete(_directory, recursive: true);

    private sealed class NoScripts : IScriptHookExecutor
    {
        public ScriptHookOutcome Run(Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop) =>
            throw new NotSupportedException("This phase has no script hooks.");
    }

    private sealed class SilentObserver : IHookObserver
    {
        public bool WantsOutput => false;

        public void OnStarted(Hook hook)
        {
        }

        public void OnOutput(Hook hook, HookStream stream, string line)
        {
        }

        public void OnEnded(HookResult result)
        {
        }
    }
}

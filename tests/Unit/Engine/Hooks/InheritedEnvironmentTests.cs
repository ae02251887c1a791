using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Tests.Hooks;

/// <summary>These change the environment of the test process, so no other test runs at the same time.</summary>
[CollectionDefinition(nameof(InheritedEnvironmentTests), DisableParallelization = true)]
[Collection(nameof(InheritedEnvironmentTests))]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class InheritedEnvironmentTests : IDisposable
{
    private readonly HookSandbox _sandbox = new();
    private readonly List<string> _set = [];

    [Fact]
    public void A_hook_inherits_the_environment_but_no_secret_and_no_SUCCESS_of_another()
    {
        Set("REKKORD_PASSPHRASE", "geheim");
        Set("SUCCESS", "1");
        Set("OTHER_VARIABLE", "stays");
        _sandbox.AddShell("a", "env");
        var lines = _sandbox.RunSingle().Output.Cast<string>().ToList();
        Assert.Contains("OTHER_VARIABLE=stays", lines);
        Assert.DoesNotContain(lines, line => line.Contains("geheim", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("SUCCESS=", StringComparison.Ordinal));
        Assert.Equal("geheim", Environment.GetEnvironmentVariable("REKKORD_PASSPHRASE"));
    }

    [Fact]
    public void A_command_with_hooks_refuses_to_run_inside_a_hook()
    {
        Set("REKKORD_PHASE", "PreSave");
        _sandbox.AddShell("a", "touch ran");
        var error = Assert.Throws<RekkordException>(() => Save());
        Assert.Equal("NestedHooks", error.ErrorId);
        Assert.False(File.Exists(_sandbox.PathOf("ran")));
    }

    [Fact]
    public void A_command_without_hooks_of_its_own_may_run_inside_a_hook()
    {
        Set("REKKORD_PHASE", "PreSave");
        _sandbox.AddShell("a", "touch ran", HookPhase.PreScan);
        Assert.True(Save().Succeeded);
    }

    public void Dispose()
    {
        _set.ForEach(name => Environment.SetEnvironmentVariable(name, null));
        _sandbox.Dispose();
    }

    private HookedOutcome<int> Save() => new HookedCommand(_sandbox.Runner, _sandbox.Settings).Run(
        new HookContext { Phase = HookPhase.PreSave },
        (_, _) => new HookedActionResult<int>(0, true, null, []),
        CancellationToken.None,
        CancellationToken.None);

    private void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        _set.Add(name);
    }
}

namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>The pair of hooks for a Windows service, with functions in the session that stand for the cmdlets of Windows.</summary>
public sealed class WindowsServiceTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();
    private readonly StandInService _service;

    public WindowsServiceTests()
    {
        _service = new StandInService(_sandbox.Write("state", "in use"));
        _sandbox.Session.Set("service", _service);
        _sandbox.Invoke("""
            function global:Get-Service($Name) { if ($Name -ne $service.Name) { throw "Cannot find any service with service name '$Name'." } $service.Refresh(); $service }
            function global:Stop-Service($InputObject) { $InputObject.Stop() }
            function global:Start-Service($InputObject) { $InputObject.Start() }
            """).Clean();
        Install("Shop");
    }

    private string Mark => Path.Combine(_sandbox.Base, "rekkord", "Shop.stopped-for-save");

    [Fact]
    public void The_service_is_at_rest_while_it_is_saved_and_runs_again_afterwards()
    {
        _sandbox.Save().Clean();
        Assert.Equal(["stop", "start"], _service.Calls);
        _sandbox.Invoke("Restore-RekkordSnapshot \"test:$source\" $destination").Clean();
        Assert.Equal("at rest", File.ReadAllText(Path.Combine(_sandbox.Destination, "state")));
        Assert.False(File.Exists(Mark));
    }

    [Fact]
    public void After_a_save_that_failed_the_service_runs_again()
    {
        Assert.Equal("SourceNotFound", _sandbox.Invoke("Invoke-RekkordSave test $source/missing").EndingId);
        Assert.Equal(["stop", "start"], _service.Calls);
    }

    [Fact]
    public void After_a_later_pre_hook_that_failed_the_service_runs_again_with_the_setting_that_the_sample_names()
    {
        _sandbox.Configure("RunPostHooksAfterPreFailure = true");
        _sandbox.Hook("PreSave", "20-bad.ps1", "throw 'no dump'");
        Assert.Equal("PreSaveHookFailed", _sandbox.Save().EndingId);
        Assert.Equal(["stop", "start"], _service.Calls);
    }

    [Fact]
    public void A_service_that_was_not_running_is_not_started()
    {
        _service.Stop();
        _service.Calls.Clear();
        _sandbox.Save().Clean();
        Assert.Empty(_service.Calls);
        Assert.Equal("Stopped", _service.Status);
    }

    [Fact]
    public void A_service_that_does_not_stop_stops_the_save_and_is_not_started_after_a_later_one()
    {
        _service.Obstacle = "It has dependent services.";
        var run = _sandbox.Save();
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.Contains("It has dependent services.", run.Ending!.ToString(), StringComparison.Ordinal);
        Assert.Empty(_sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
        Assert.Equal(["stop"], _service.Calls);

        _service.Obstacle = null;
        _service.Stop();
        _service.Calls.Clear();
        _sandbox.Save().Clean();
        Assert.Empty(_service.Calls);
    }

    [Fact]
    public void A_service_that_does_not_exist_stops_the_save()
    {
        Install("Shpo");
        var run = _sandbox.Save();
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.Contains("Cannot find any service with service name 'Shpo'", run.Ending!.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _sandbox.Dispose();

    private void Install(string service)
    {
        foreach (var (phase, name) in new[] { ("PreSave", "presave/10-stop-service.ps1"), ("PostSave", "postsave/10-start-service.ps1") })
        {
            _sandbox.Hook(phase, Path.GetFileName(name),
                SampleHooks.WithSettings($"windows-service/{name}", ("QUIESCE_SERVICE", service), ("ProgramData", _sandbox.Base)));
        }
    }
}

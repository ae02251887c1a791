namespace Rekkord.Module.Tests.Shell;

/// <summary>An interrupted run ends in order, and does not look like one that did its work.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly ShellProcess _shell = new();

    private const string Endless = """
        $never = [System.Threading.ManualResetEvent]::new($false)
        'started'
        try { while (-not $never.WaitOne(20)) { } } finally { [Console]::WriteLine('cleaned up') }
        'went on'
        """;

    [Theory]
    [InlineData("-File", "INT")]
    [InlineData("-Command", "INT")]
    [InlineData("-File", "TERM")]
    [InlineData("-Command", "TERM")]
    public void It_stops_the_pipeline_runs_its_finally_blocks_and_ends_with_1(string way, string signal)
    {
        _shell.Script("endless.ps1", Endless);

        using var process = _shell.Start(way, "./endless.ps1");
        Assert.Equal("started", process.StandardOutput.ReadLine());
        ShellProcess.Signal(process, signal);
        var run = ShellProcess.End(process);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["cleaned up"], run.Lines);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void A_second_termination_ends_a_run_that_does_not_stop()
    {
        // A .NET method that waits cannot be interrupted.
        _shell.Script("stuck.ps1", "'started'\n[System.Threading.ManualResetEvent]::new($false).WaitOne()");

        using var process = _shell.Start("-File", "./stuck.ps1");
        var signals = 0;
        Assert.Equal("started", process.StandardOutput.ReadLine());

        // One that comes while another still waits to be taken is the same to the system, so a second is sent until there is an end.
        do
            ShellProcess.Signal(process, "TERM");
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(200)) && ++signals < 100);

        Assert.Equal(128 + 15, ShellProcess.End(process).ExitCode);
    }

    public void Dispose() => _shell.Dispose();
}

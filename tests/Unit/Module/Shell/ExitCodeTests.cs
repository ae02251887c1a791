namespace Rekkord.Module.Tests.Shell;

/// <summary>The exit code is pwsh's. The expected ones were taken from pwsh 7.6 with the same command lines.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private readonly ShellProcess _shell = new();

    [Theory]
    [InlineData("'done'", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("exit 300", 44)]
    [InlineData("function leave { exit 9 }\ntry { leave } finally { 'last' }", 9)]
    [InlineData("throw 'no'", 1)]
    [InlineData("$ErrorActionPreference = 'Stop'\nGet-Command NoSuchCommand", 1)]
    [InlineData("$ErrorActionPreference = 'SilentlyContinue'\nthrow 'no'", 0)]
    [InlineData("Get-Command NoSuchCommand\n'went on'", 0)]
    [InlineData("Get-Command NoSuchCommand", 0)]
    [InlineData("/bin/sh -c 'exit 7'", 0)]
    [InlineData("/bin/sh -c 'exit 7'\nGet-Command NoSuchCommand", 0)]
    [InlineData("[CmdletBinding()] param()\n/bin/sh -c 'exit 7'\n$PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new([Exception]::new('no'), 'Id', 'ReadError', $null))", 1)]
    [InlineData("[CmdletBinding()] param()\n/bin/sh -c 'exit 7'\n$PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('no'), 'Id', 'ReadError', $null))", 0)]
    public void A_script_ends_with_its_own_code_or_1_after_a_terminating_error(string script, int expected) =>
        Assert.Equal(expected, _shell.Run("-File", _shell.Script("script.ps1", script)).ExitCode);

    [Theory]
    [InlineData("if (", "Missing condition")]
    [InlineData("#Requires -Version 99\n'ran'", "99.0")]
    [InlineData("param($Argument, [Parameter(Mandatory)] $Needed)\n'ran'", "Needed")]
    [InlineData("[CmdletBinding()] param()\n'ran'", "Argument")]
    [InlineData("param([int] $Argument)\n'ran'", "not in a correct format")]
    public void A_script_that_cannot_start_ends_with_1_and_says_why(string script, string reason)
    {
        var run = _shell.Run("-NonInteractive", "-File", _shell.Script("script.ps1", script), "-Argument", "text");

        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain("ran", run.Output, StringComparison.Ordinal);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'done'", 0)]
    [InlineData("$false", 0)]
    [InlineData("exit 5", 5)]
    [InlineData("throw 'no'", 1)]
    [InlineData("if (", 1)]
    [InlineData("1 +", 1)]
    [InlineData("Get-Command NoSuchCommand", 1)]
    [InlineData("Get-Command NoSuchCommand; 'went on'", 0)]
    [InlineData("$value = 1 / 0", 1)]
    [InlineData("/bin/sh -c 'exit 7'", 1)]
    [InlineData("/bin/sh -c 'exit 7'; 'went on'", 0)]
    [InlineData("./exit3.ps1", 1)]
    [InlineData("./exit3.ps1; exit $LASTEXITCODE", 3)]
    [InlineData("'done' # not the end of what follows", 0)]
    public void A_command_ends_with_its_own_code_or_1_when_its_last_part_failed(string command, int expected)
    {
        _shell.Script("exit3.ps1", "exit 3");

        Assert.Equal(expected, _shell.Run("-Command", command).ExitCode);
    }

    [Fact]
    public void A_script_that_is_not_there_is_a_usage_error()
    {
        var run = _shell.Run("-File", "missing.ps1");

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("missing.ps1", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_command_line_that_means_nothing_shows_the_usage_as_an_error()
    {
        var run = _shell.Run("-Nonsense");

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("-File script.ps1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_help_says_which_cmdlets_are_missing()
    {
        var run = _shell.Run("-Help");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Write-Output", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    public void Dispose() => _shell.Dispose();
}

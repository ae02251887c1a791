namespace Rekkord.Module.Tests.Shell;

/// <summary>Objects are formatted, and each kind of message goes where pwsh sends it.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly ShellProcess _shell = new();

    [Fact]
    public void Objects_are_shown_as_a_table()
    {
        var run = _shell.Run("-Command", "[pscustomobject]@{ Name = 'one'; Size = 1 }; [pscustomobject]@{ Name = 'two'; Size = 22 }");

        Assert.Equal(["", "Name Size", "---- ----", "one     1", "two    22"], run.Lines.Select(line => line.TrimEnd()).Take(5));
        Assert.Empty(run.Error);
    }

    [Fact]
    public void The_module_is_there_with_its_views()
    {
        var run = _shell.Run("-Command", "Get-RekkordHook -ConfigPath none.toml -ErrorAction SilentlyContinue; (Get-Module Rekkord).ExportedCmdlets.Count -gt 0");

        Assert.Equal("True", run.Lines[^1]);
    }

    [Theory]
    [InlineData("throw 'the reason'")]
    [InlineData("$ErrorActionPreference = 'Stop'; & { [CmdletBinding()] param() $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('the reason'), 'Id', 'ReadError', $null)) }")]
    [InlineData("& { [CmdletBinding()] param() $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('the reason'), 'Id', 'ReadError', $null)) }")]
    public void Errors_go_to_standard_error_with_their_place_and_without_colors(string script)
    {
        var run = _shell.Run("-File", _shell.Script("script.ps1", "'before'\n" + script));

        Assert.Equal(["before"], run.Lines);
        Assert.Contains("the reason", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    [Fact]
    public void An_error_in_a_script_shows_the_line()
    {
        var run = _shell.Run("-File", _shell.Script("script.ps1", "'before'\nthrow 'the reason'"));

        Assert.StartsWith("Exception: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("script.ps1:2", run.Error, StringComparison.Ordinal);
        Assert.Contains("2 |  throw 'the reason'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_verbose_and_host_lines_are_plain_text_among_the_output()
    {
        const string Command = """
            & { [CmdletBinding()] param() $PSCmdlet.WriteWarning('careful'); $PSCmdlet.WriteVerbose('detail') } -Verbose
            $Host.UI.WriteLine('Green', 'Black', "$($PSStyle.Bold)said")
            """;

        var run = _shell.Run("-Command", Command);

        Assert.Equal(["WARNING: careful", "VERBOSE: detail", "said"], run.Lines);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void Progress_is_not_written_into_a_file()
    {
        var run = _shell.Run("-Command", "& { [CmdletBinding()] param() $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'Saving', 'half')); 'done' }");

        Assert.Equal(["done"], run.Lines);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void A_question_that_nobody_can_answer_is_an_error()
    {
        const string Command = """
            & { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() if ($PSCmdlet.ShouldProcess('it', 'Removing')) { 'removed' } }
            """;

        var run = _shell.Run("-NonInteractive", "-Command", Command);

        Assert.DoesNotContain("removed", run.Output, StringComparison.Ordinal);
        Assert.Contains("nobody to answer", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _shell.Dispose();
}

namespace Rekkord.Module.Tests.Hooks;

/// <summary>When a script hook has succeeded, when it has failed, and what is said of it.</summary>
public sealed class ScriptHookOutcomeTests
{
    [Theory]
    [InlineData("'done'")]
    [InlineData("")]
    [InlineData("exit")]
    [InlineData("exit 0")]
    [InlineData("exit '0'")]
    [InlineData("$code = 'no number'; exit $code")]
    [InlineData("return")]
    [InlineData("'result'; return 7; throw 'not reached'")]
    [InlineData("try { throw 'caught' } catch { 'went on' }")]
    [InlineData("Get-Command no-such-command -ErrorAction SilentlyContinue; 'went on'")]
    [InlineData("$PSNativeCommandUseErrorActionPreference = $false; sh -c 'exit 3'; 'went on'")]
    [InlineData("$PSNativeCommandUseErrorActionPreference = $false; sh -c 'exit 3'; exit 0")]
    [InlineData("$PSNativeCommandUseErrorActionPreference = $false; sh -c 'exit 3'; if ($LASTEXITCODE -ge 8) { throw 'not copied' }")]
    [InlineData("try { sh -c 'exit 3' } catch { }")]
    [InlineData("try { sh -c 'exit 3' } catch { }; if ($false) { sh -c 'exit 4' }")]
    [InlineData("try { sh -c 'exit 3' } catch { }; Get-Command no-such-command -ErrorAction Ignore")]
    [InlineData("& $PSScriptRoot/../exit3.ps1; exit 0")]
    [InlineData("& $PSScriptRoot/../exit3.ps1; 'went on'")]
    [InlineData("$Host.SetShouldExit(0)")]
    [InlineData("trap { exit 0 } throw 'the script itself says that this is no failure'")]
    [InlineData("sh -c 'echo warning >&2'; 'went on'")]
    [InlineData("$ErrorActionPreference = 'Continue'; Get-Command no-such-command; 'went on'")]
    [InlineData("[CmdletBinding()] param() $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'dump', 'half'))")]
    [InlineData("#Requires -Version 7.0\n'done'")]
    [InlineData("trap { continue } throw 'trapped'; 'went on'")]
    [InlineData("try { throw 'caught' } catch { } finally { 'went on' }")]
    [InlineData("[CmdletBinding()] param() $ErrorActionPreference = 'Continue'; $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('not fatal'), 'x', 0, $null))")]
    [InlineData("function Write-Failure { [CmdletBinding()] param() $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('not fatal'), 'x', 0, $null)) } Write-Failure -ErrorAction Continue")]
    [InlineData("$ErrorActionPreference = 'Continue'; sh -c 'exit 3'; 'went on'")]
    public void A_script_that_comes_to_its_end_has_succeeded(string script)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", script);
        AddExit3(sandbox);
        var run = sandbox.Save();
        Assert.Null(run.Ending?.ToString());
        var hook = Assert.Single(run.Hooks);
        Assert.Equal("Succeeded", hook.Text("Status"));
        Assert.Null(hook.Value("Reason"));
        Assert.Equal("Succeeded", run.Save.Text("Status"));
    }

    [Theory]
    [InlineData("throw 'no space left'", "line 1: no space left")]
    [InlineData("'first'\nthrow [InvalidOperationException]::new('from .NET')", "line 2: from .NET")]
    [InlineData("Get-Command no-such-command", "line 1: The term 'no-such-command' is not recognized")]
    [InlineData("no-such-command", "line 1: The term 'no-such-command' is not recognized")]
    [InlineData("1 / 0", "line 1: Attempted to divide by zero.")]
    [InlineData("[CmdletBinding()] param() $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('not dumped'), 'x', 0, $null)); 'went on'", "line 1: not dumped")]
    [InlineData("if (", "Missing")]
    [InlineData("#Requires -Version 99.0\n'x' > $env:TEST_LOG", "99.0")]
    [InlineData("$Host.UI.ReadLine()", "A hook cannot ask questions")]
    [InlineData("function global:Ask { $Host.UI.ReadLineAsSecureString() }; Ask", "A hook cannot ask questions")]
    [InlineData("$Host.UI.PromptForChoice('Delete?', '', [System.Management.Automation.Host.ChoiceDescription[]]('&Yes', '&No'), 1)", "A hook cannot ask questions")]
    [InlineData("$Host.UI.PromptForCredential('Log in', '', '', '')", "A hook cannot ask questions")]
    [InlineData("function Save-Dump { param([Parameter(Mandatory)] $Name) }; Save-Dump", "missing mandatory parameters: Name")]
    [InlineData("exit 'the dump failed'", "line 1: exit needs a number")]
    [InlineData("$name = 'shop'\nfunction Stop-Dump { exit \"cannot dump $name\" }\nStop-Dump", "line 2: exit needs a number")]
    [InlineData("$Host.SetShouldExit(5)", "ended with exit code 5 ($Host.SetShouldExit)")]
    [InlineData("$Host.SetShouldExit(0); throw 'not dumped'", "line 1: not dumped")]
    [InlineData("throw [System.Management.Automation.PipelineStoppedException]::new()", "nobody stopped it")]
    [InlineData("Switch-Process -WithCommand true", "exec would end")]
    [InlineData("Microsoft.PowerShell.Core\\Switch-Process -WithCommand true", "exec would end")]
    [InlineData("& $PSScriptRoot/../exit3.ps1", "its last step ended with exit code 3")]
    [InlineData(". $PSScriptRoot/../exit3.ps1", "its last step ended with exit code 3")]
    [InlineData("$result = & $PSScriptRoot/../exit3.ps1", "its last step ended with exit code 3")]
    [InlineData("return & $PSScriptRoot/../exit3.ps1", "its last step ended with exit code 3")]
    [InlineData("foreach ($name in 'shop') { if ($name) { & $PSScriptRoot/../exit3.ps1 } }", "its last step ended with exit code 3")]
    [InlineData("$ErrorActionPreference = 'Stop'; if ($true) { & $PSScriptRoot/../exit3.ps1 }", "its last step ended with exit code 3")]
    [InlineData("& $PSScriptRoot/../exit3.ps1 | Out-Null\nfunction Unused { }", "its last step ended with exit code 3")]
    [InlineData("$PSNativeCommandUseErrorActionPreference = $false; sh -c 'exit 3'", "its last step ended with exit code 3")]
    [InlineData("$ErrorActionPreference = 'Continue'; sh -c 'exit 3'", "its last step ended with exit code 3")]
    [InlineData("$ErrorActionPreference = 'SilentlyContinue'; throw 'not dumped'; 'went on'", "line 1: not dumped")]
    [InlineData("$ErrorActionPreference = 'Ignore'; throw 'not dumped'; 'went on'", "line 1: not dumped")]
    [InlineData("$ErrorActionPreference = 'Continue'; throw 'not dumped'; 'went on'", "line 1: not dumped")]
    [InlineData("$ErrorActionPreference = 'Continue'; no-such-command; 'went on'", "line 1: The term 'no-such-command' is not recognized")]
    [InlineData("$ErrorActionPreference = 'SilentlyContinue'; [int]'x'; 'went on'", "line 1: Cannot convert")]
    [InlineData("function Save-Dump { [CmdletBinding()] param() throw 'not dumped'; 'went on' } Save-Dump -ErrorAction SilentlyContinue; 'went on'", "line 1: not dumped")]
    [InlineData("try { throw 'not dumped' } finally { $ErrorActionPreference = 'Ignore' } 'went on'", "line 1: not dumped")]
    [InlineData("trap { break } throw 'not dumped'; 'went on'", "line 1: not dumped")]
    [InlineData("\n\n. $PSScriptRoot/../elsewhere.ps1", "elsewhere.ps1 line 2: not dumped")]
    [InlineData("break", "break or continue outside of a loop")]
    [InlineData("continue", "break or continue outside of a loop")]
    [InlineData("class Dump { ", "line 1: Missing closing '}'")]
    [InlineData("#Requires -Modules NoSuchModule\n'went on'", "NoSuchModule")]
    [InlineData("using module NoSuchModule\n'went on'", "NoSuchModule")]
    [InlineData("exit 3", "ended with exit code 3")]
    [InlineData("[CmdletBinding()] param() $ErrorActionPreference = 'Continue'; $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('last words'), 'x', 0, $null)); exit 3", "ended with exit code 3: last words")]
    [InlineData("sh -c 'echo first >&2; echo last words >&2; exit 4'; 'went on'", "): first; last words")]
    public void A_script_that_breaks_off_has_failed_and_the_reason_says_where_and_why(string script, string reason)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", script);
        File.WriteAllText(Path.Combine(sandbox.Base, "hooks", "elsewhere.ps1"), "\nthrow 'not dumped'");
        AddExit3(sandbox);
        sandbox.LogOutcome();

        var run = sandbox.Save();

        var hook = Assert.Single(run.Hooks);
        Assert.Equal("Failed", hook.Text("Status"));
        Assert.Contains(reason, hook.Text("Reason"), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', hook.Text("Reason")!);
        Assert.DoesNotContain("went on", hook.Texts("Output"));
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.Contains(hook.Text("Reason")!.TrimEnd('.'), run.Ending!.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(run.OfType("RekkordSaveResult"));
        Assert.Empty(sandbox.LogLines);
        Assert.Empty(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
    }

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("exit -1", -1)]
    [InlineData("& { exit 5 }", 5)]
    public void The_code_of_an_exit_is_kept(string script, int code)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", script);
        Assert.Equal(code, Assert.Single(sandbox.Save().Hooks).Value("ExitCode"));
    }

    [Fact]
    public void What_came_before_a_throw_is_kept()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "'one'; 'two'; throw 'three'");
        var hook = Assert.Single(sandbox.Save().Hooks);
        Assert.Equal(["one", "two"], hook.Texts("Output"));
        Assert.Equal(["three"], hook.Texts("ErrorOutput"));
    }

    [Fact]
    public void A_save_started_by_a_program_that_failed_before_is_not_blamed_for_it()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "'nothing'");
        var run = sandbox.Invoke("sh -c 'exit 9'; Invoke-RekkordSave test $source; $LASTEXITCODE").Clean();
        Assert.Equal("Succeeded", Assert.Single(run.Hooks).Text("Status"));
        Assert.Equal(9, run.Output[^1].BaseObject);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Every_hook_of_a_phase_runs_and_one_error_names_all_that_failed()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-throws.ps1", "throw 'disk full'");
        sandbox.ShellHook("PreSave", "20-exits", "echo 'connection refused' >&2; exit 7");
        sandbox.Hook("PreSave", "30-good.ps1", "'good'");
        sandbox.Hook("PreSave", "40-unparsable.ps1", "{");
        var run = sandbox.Save();
        Assert.Equal(["Failed", "Failed", "Succeeded", "Failed"], run.Hooks.Select(hook => hook.Text("Status")));
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        var message = run.Ending!.Exception.Message;
        foreach (var part in new[] { "3 hooks of 4", "'10-throws.ps1'", "disk full", "'20-exits'", "connection refused", "'40-unparsable.ps1'" })
            Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.DoesNotContain("30-good.ps1", message, StringComparison.Ordinal);
    }

    private static void AddExit3(ModuleSandbox sandbox) => File.WriteAllText(Path.Combine(sandbox.Base, "hooks", "exit3.ps1"), "exit 3");
}

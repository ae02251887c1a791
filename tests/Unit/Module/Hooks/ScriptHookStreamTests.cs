using System.Collections;
using System.Management.Automation;

namespace Rekkord.Module.Tests.Hooks;

public sealed class ScriptHookStreamTests
{
    [Fact]
    public void Each_stream_is_captured_apart_and_shown_to_the_caller()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", """
            [CmdletBinding()] param()
            function Write-Failure {
                [CmdletBinding()] param()
                $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('an error'), 'AnError', 'ReadError', 'target'))
            }
            $ErrorActionPreference = 'Continue'
            $VerbosePreference = 'Continue'
            'an object'
            $PSCmdlet.WriteWarning('a warning')
            $PSCmdlet.WriteVerbose('a detail')
            $PSCmdlet.WriteInformation('a note', @('tag'))
            Write-Failure
            """);

        var run = sandbox.Save();

        Assert.Null(run.Ending?.ToString());
        var hook = Assert.Single(run.Hooks);
        Assert.Equal(["an object"], hook.Texts("Output"));
        Assert.Equal(["a warning"], hook.Texts("Warnings"));
        Assert.Equal(["a detail"], hook.Texts("Verbose"));
        Assert.Equal(["a note"], hook.Texts("Information"));
        Assert.Equal(["an error"], hook.Texts("ErrorOutput"));
        Assert.Equal(["a warning"], run.Warnings);
        Assert.Contains(run.Information, record => Equals(record.MessageData, "a note"));
        var error = Assert.Single(run.Errors);
        Assert.StartsWith("AnError", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.ReadError, error.CategoryInfo.Category);
        Assert.Single(run.HostLines, line => line.Contains("a warning", StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_shown_to_the_caller_says_which_hook_and_which_line_it_is_from()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "[CmdletBinding()] param() $ErrorActionPreference = 'Continue'\n\nGet-Command no-such-command\n. $PSScriptRoot/../elsewhere.ps1\n$PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('of the script'), 'x', 0, $null))");
        var elsewhere = Path.GetFullPath(Path.Combine(sandbox.Base, "hooks", "elsewhere.ps1"));
        File.WriteAllText(elsewhere, "\nGet-Command other-command");

        var run = sandbox.Save();

        Assert.Equal(3, run.Errors.Count);
        Assert.StartsWith("10-hook.ps1: line 3: The term 'no-such-command'", run.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.StartsWith("CommandNotFoundException", run.Errors[0].FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("no-such-command", run.Errors[0].TargetObject);
        Assert.Contains("elsewhere.ps1 line 2: The term 'other-command'", run.Errors[1].ToString(), StringComparison.Ordinal);
        Assert.Equal("10-hook.ps1: line 5: of the script", run.Errors[2].ToString());
        var kept = Assert.Single(run.Hooks).Items("ErrorOutput").Select(item => (ErrorRecord)item.BaseObject).ToList();
        Assert.StartsWith("The term 'no-such-command'", kept[0].ToString(), StringComparison.Ordinal);
        Assert.Equal((sandbox.HookDirectory("PreSave") + "/10-hook.ps1", 3), (kept[0].InvocationInfo.ScriptName, kept[0].InvocationInfo.ScriptLineNumber));
    }

    [Fact]
    public void The_errors_before_the_one_that_made_a_hook_fail_are_shown_too()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "Get-Command first-command -ErrorAction Continue; throw 'second'");
        var run = sandbox.Save();
        Assert.Contains("first-command", Assert.Single(run.Errors).ToString(), StringComparison.Ordinal);
        Assert.Contains("second", run.Ending!.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(run.Hooks).Items("ErrorOutput").Count);
    }

    [Fact]
    public void What_a_program_writes_to_its_standard_error_is_no_error_of_the_save()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "sh -c 'echo dumping shop >&2'");
        var run = sandbox.Invoke("Invoke-RekkordSave test $source -Verbose -ErrorAction Stop").Clean();
        Assert.Equal(["dumping shop"], Assert.Single(run.Hooks).Texts("ErrorOutput"));
        Assert.Contains("10-hook.ps1: dumping shop", run.Verbose);
    }

    [Fact]
    public void Nothing_a_hook_emits_gets_into_the_output_of_the_save()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "1; 'two'; Get-Command Get-Command");
        Assert.Equal(["RekkordHookResult", "RekkordSaveResult"], sandbox.Save().Clean().Output.Select(item => item.BaseObject.GetType().Name));
    }

    [Fact]
    public void Objects_of_any_type_are_kept_as_they_are()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "1; 2.5; $true; $null; [datetime]'2024-02-29'; @{ key = 'value' }; [pscustomobject]@{ Name = 'db'; Size = 7 }; ,@(1, 2); [guid]::Empty");
        var output = ((IEnumerable)Assert.Single(sandbox.Save().Clean().Hooks).Value("Output")!).Cast<object?>().ToList();
        Assert.Equal(9, output.Count);
        Assert.Equal([1, 2.5, true, null, new DateTime(2024, 2, 29)], output[..5]);
        Assert.Equal("value", ((Hashtable)output[5]!)["key"]);
        Assert.Equal("db", PSObject.AsPSObject(output[6]!).Text("Name"));
        Assert.Equal(new object[] { 1, 2 }, output[7]);
        Assert.Equal(Guid.Empty, output[8]);
    }

    [Fact]
    public void The_last_ten_thousand_objects_are_kept_and_the_rest_counted()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "1..10007");
        var hook = Assert.Single(sandbox.Save().Clean().Hooks);
        Assert.Equal(10_000, hook.Items("Output").Count);
        Assert.Equal(7, hook.Number("OutputDropped"));
        Assert.Equal("8", hook.Texts("Output")[0]);
    }
}

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
    public void The_last_mebibyte_of_objects_is_kept_and_the_bytes_before_it_counted()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "1..100000");
        var hook = Assert.Single(sandbox.Save().Clean().Hooks);
        var kept = hook.Items("Output");
        Assert.InRange(kept.Count, 10_000, 50_000);
        Assert.Equal(100_000, kept[^1].BaseObject);
        Assert.Equal(100_000 - kept.Count + 1, kept[0].BaseObject);
        Assert.InRange(hook.Number("OutputDropped"), 1 << 20, 8 << 20);
    }

    [Theory]
    [InlineData("[string]::new('x', 300000)")]
    [InlineData(", [byte[]]::new(600000)")]
    [InlineData("[pscustomobject]@{ Dump = [string]::new('x', 300000) }")]
    [InlineData("@{ Dump = [string]::new('x', 300000) }")]
    [InlineData(", @('one', @{ two = [string]::new('x', 300000) })")]
    [InlineData("[System.Text.StringBuilder]::new([string]::new('x', 300000))")]
    [InlineData("[Holder]@{ Content = [string]::new('x', 300000) }")]
    [InlineData("[xml]('<a>' + ('<b>some text</b>' * 5000) + '</a>')")]
    public void However_an_object_holds_its_content_only_so_much_of_it_is_kept(string emit)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", $"class Holder {{ [string] $Content }}\nforeach ($i in 1..5) {{ {emit} }}");
        var hook = Assert.Single(sandbox.Save().Clean().Hooks);
        Assert.Single(hook.Items("Output"));
        Assert.InRange(hook.Number("OutputDropped"), 4 * 600_000, 4 * 1_100_000);
    }

    [Fact]
    public void Of_a_text_that_is_too_long_the_end_is_kept_and_of_another_object_nothing()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "[string]::new('x', 3000000) + 'end'");
        sandbox.Hook("PreSave", "20-hook.ps1", ", [byte[]]::new(3000000); 'next'");
        var hooks = sandbox.Save().Clean().Hooks;
        var text = Assert.Single(hooks[0].Texts("Output"));
        Assert.InRange(text.Length, 500_000, 1 << 19);
        Assert.EndsWith("xend", text, StringComparison.Ordinal);
        Assert.InRange(hooks[0].Number("OutputDropped"), 4_900_000, 5_100_000);
        Assert.Equal(["next"], hooks[1].Texts("Output"));
        Assert.InRange(hooks[1].Number("OutputDropped"), 3_000_000, 3_000_100);
    }

    [Fact]
    public void The_other_streams_are_bounded_too_and_a_note_says_what_was_dropped()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", """
            [CmdletBinding()] param()
            $ErrorActionPreference = 'Continue'
            $WarningPreference = 'SilentlyContinue'
            $long = [string]::new('x', 300000)
            foreach ($i in 1..5) {
                $PSCmdlet.WriteInformation($long, $null)
                $PSCmdlet.WriteInformation([System.Management.Automation.HostInformationMessage]@{ Message = $long }, $null)
                $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new($long), 'AnError', 'ReadError', $null))
            }
            'end'
            """);
        var hook = Assert.Single(sandbox.Save().Hooks);
        Assert.Single(hook.Items("Information"));
        Assert.Single(hook.Items("ErrorOutput"));
        Assert.InRange(hook.Number("ErrorOutputDropped"), 4 * 600_000, 4 * 1_000_000);
        Assert.Contains("of information before the last 1 MiB", hook.Text("Note"), StringComparison.Ordinal);
    }

    [Fact]
    public void Objects_that_belong_to_the_session_do_not_count_as_what_they_lead_to()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "foreach ($i in 1..50) { Get-Command Get-Command; $ExecutionContext; [System.IO.FileInfo]::new($PSCommandPath) }");
        var hook = Assert.Single(sandbox.Save().Clean().Hooks);
        Assert.Equal(150, hook.Items("Output").Count);
        Assert.Equal(0, hook.Number("OutputDropped"));
    }
}

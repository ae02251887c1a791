namespace Rekkord.Module.Tests.Shell;

/// <summary>On a terminal, where somebody sits.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Confirm = "function f { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() "
        + "if ($PSCmdlet.ShouldProcess('t')) { 'done' } else { 'declined' } }; f; 'after'";

    private const string Report = "function Report { [CmdletBinding()] param($text) "
        + "$PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(0, 'Saving', $text)) }; ";

    private const string Clear = "\r\e[K";

    private readonly ShellProcess _shell = new();

    [RequiresTerminalFact]
    public void A_question_shows_its_default_and_is_asked_again_after_an_answer_that_is_none()
    {
        Assert.Contains("done", Answer("y\n"), StringComparison.Ordinal);
        Assert.Contains("done", Answer("\n"), StringComparison.Ordinal);
        Assert.Contains("declined", Answer("what?\nn\n"), StringComparison.Ordinal);
    }

    [RequiresTerminalFact]
    public void Ctrl_C_at_a_question_ends_the_run_without_an_answer()
    {
        var output = Answer("\u0003", out var exitCode);
        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("done", output, StringComparison.Ordinal);
        Assert.DoesNotContain("after", output, StringComparison.Ordinal);
    }

    [RequiresTerminalFact]
    public void A_missing_parameter_is_asked_for_but_never_a_secret()
    {
        using var process = _shell.StartOnTerminal("function f([Parameter(Mandatory)] $Name) { \"hello $Name\" }; f");
        ShellProcess.ReadUntil(process, "Name: ");
        process.StandardInput.WriteLine("you");
        process.StandardInput.Flush();
        Assert.Contains("hello you\r\n", ShellProcess.End(process).Output, StringComparison.Ordinal);

        var secret = Run("function g([Parameter(Mandatory)] [securestring] $Secret) { 'not reached' }; g");
        Assert.Contains("missing mandatory parameters: Secret", secret.Output, StringComparison.Ordinal);
    }

    [RequiresTerminalFact]
    public void Progress_is_taken_away_before_other_output_a_program_and_the_end() => Assert.EndsWith(
        $"{Line("one")}{Clear}{Line("two")}{Clear}between\r\n{Line("three")}{Clear}native\r\n",
        Run(Report + "Report one; Report two; 'between'; Report three; sh -c 'echo native'").Output
            .Replace("\e[?1h\e=", "", StringComparison.Ordinal), // what .NET tells the terminal around a program
        StringComparison.Ordinal);

    [RequiresTerminalFact]
    public void Progress_that_nobody_completed_is_taken_away_in_the_end() =>
        Assert.EndsWith(Line("one") + Clear, Run(Report + "Report one").Output, StringComparison.Ordinal);

    [RequiresTerminalFact]
    public void Nothing_in_the_name_of_a_file_is_a_command_to_the_terminal() =>
        Assert.Contains(Line("a?]0;title?b?c"), Run(Report + "Report \"a`e]0;title`ab`nc\"").Output, StringComparison.Ordinal);

    public void Dispose() => _shell.Dispose();

    private static string Line(string text) => $"\e[?7lSaving  {text}\e[?7h";

    private ShellRun Run(string command)
    {
        using var process = _shell.StartOnTerminal(command);
        return ShellProcess.End(process);
    }

    private string Answer(string keys) => Answer(keys, out _);

    private string Answer(string keys, out int exitCode)
    {
        using var process = _shell.StartOnTerminal(Confirm);
        ShellProcess.ReadUntil(process, "(default is \"Y\"): ");
        process.StandardInput.Write(keys);
        process.StandardInput.Flush();
        var run = ShellProcess.End(process);
        exitCode = run.ExitCode;
        return run.Output;
    }
}

namespace Rekkord.Module.Tests.Shell;

/// <summary>A script's arguments bind as pwsh binds them.</summary>
public sealed class ArgumentTests : IDisposable
{
    private const string Declared = """
        param([string] $Name, [int] $Count = 1, [switch] $Flag, [Parameter(ValueFromRemainingArguments)] $Rest)
        "$Name $Count $Flag $($Rest -join '|')"
        """;

    private readonly ShellProcess _shell = new();

    [Theory]
    [InlineData("-Name a -Count 3 -Flag x y", "a 3 True x|y")]
    [InlineData("-Name:a -Count:3 -Flag:$false x", "a 3 False x")]
    [InlineData("-Name: a -Flag:true", "a 1 True ")]
    [InlineData("a -Count -3", "a -3 False ")]
    [InlineData("a 2 -Flag", "a 2 True ")]
    public void They_bind_by_name_position_and_colon(string arguments, string expected)
    {
        var run = _shell.Run(["-File", _shell.Script("script.ps1", Declared), .. arguments.Split(' ')]);

        Assert.Equal([expected], run.Lines);
    }

    [Fact]
    public void Those_without_parameters_arrive_as_they_were_given()
    {
        var script = _shell.Script("script.ps1", "\"$($args -join '|')\"");

        var run = _shell.Run("-File", script, "-5", "-x", "foo", "", "a b", "$HOME; '\"", "-");

        Assert.Equal(["-5|-x|foo||a b|$HOME; '\"|-"], run.Lines);
    }

    [Theory]
    [InlineData("with space.ps1")]
    [InlineData("[b]racket.ps1")]
    [InlineData("it's.ps1")]
    [InlineData("höö;$x.ps1")]
    public void A_script_of_any_name_runs_and_knows_where_it_is(string name)
    {
        var script = _shell.Script(name, "$PSScriptRoot; $PSCommandPath");

        Assert.Equal([_shell.Base, script], _shell.Run("-File", name).Lines);
    }

    [Fact]
    public void A_script_without_the_extension_is_PowerShell_too()
    {
        _shell.Script("script", "#!/usr/bin/env pwsh\n\"got $args\"; exit 2");

        var run = _shell.Run("-File", "script", "a");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["got a"], run.Lines);
    }

    public void Dispose() => _shell.Dispose();
}

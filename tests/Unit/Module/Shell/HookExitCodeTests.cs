namespace Rekkord.Module.Tests.Shell;

/// <summary>A process that was started for a save ends with 0 only when the save has said so.</summary>
public sealed class HookExitCodeTests
{
    [Theory]
    [InlineData("[Environment]::Exit(0)", 1, "The PreSave hook '10-hook.ps1' ended the process with exit code 0 while Invoke-RekkordSave was at work")]
    [InlineData("[Environment]::Exit(7)", 7, "")]
    [InlineData("$Host.SetShouldExit(0); throw 'not dumped'", 1, "not dumped")]
    [InlineData("$global:ErrorActionPreference = 'SilentlyContinue'; throw 'not dumped'", 1, "not dumped")]
    [InlineData("throw [System.Management.Automation.PipelineStoppedException]::new()", 1, "10-hook.ps1")]
    public void A_script_hook_cannot_make_it_look_like_success(string hook, int code, string said)
    {
        using var sandbox = new ModuleSandbox();
        using var shell = new ShellProcess();
        sandbox.Hook("PreSave", "10-hook.ps1", hook);

        var run = shell.Run("-File", Job(sandbox, shell, $"Invoke-RekkordSave test '{sandbox.Source}' -ConfigPath '{sandbox.ConfigFile}'"));

        Assert.Equal(code, run.ExitCode);
        Assert.Contains(said, run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Empty(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
    }

    [Fact]
    public void What_ends_the_process_further_down_the_pipeline_does_not_either()
    {
        using var sandbox = new ModuleSandbox();
        using var shell = new ShellProcess();
        sandbox.Write("file", "content");
        var run = shell.Run("-File", Job(sandbox, shell, $"Invoke-RekkordSave test '{sandbox.Source}' -ConfigPath '{sandbox.ConfigFile}' | ForEach-Object {{ [Environment]::Exit(0) }}"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The process ended with exit code 0 while Invoke-RekkordSave was at work", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_save_that_succeeds_counts()
    {
        using var sandbox = new ModuleSandbox();
        using var shell = new ShellProcess();
        sandbox.Hook("PreSave", "10-hook.ps1", "throw 'once'");
        var save = $"Invoke-RekkordSave test '{sandbox.Source}' -ConfigPath '{sandbox.ConfigFile}'";
        Assert.Equal(0, shell.Run("-File", Job(sandbox, shell, $"try {{ {save} }} catch {{ {save} -SkipHooks -Confirm:$false }}")).ExitCode);
    }

    private static string Job(ModuleSandbox sandbox, ShellProcess shell, string command) =>
        shell.Script("job.ps1", $"$ErrorActionPreference = 'Stop'\nImport-Module '{TestAssembly.ModuleManifest}'\n{command}\n");
}

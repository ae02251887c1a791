using System.Text.RegularExpressions;

namespace Rekkord.Module.Tests.Hooks;

/// <summary>Hooks are other people's programs, and their results end up in logs.</summary>
public sealed class HookSecretTests
{
    private const string InFile = "secret-of-the-file";
    private const string InEnvironment = "secret-of-the-environment";
    private const string Variables = "REKKORD_S3_SECRET_KEY REKKORD_SFTP_PASSWORD REKKORD_PASSPHRASE REKKORD_KEY_FILE";

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void No_secret_reaches_a_hook_a_result_or_an_error()
    {
        using var sandbox = new ModuleSandbox();
        File.AppendAllText(sandbox.ConfigFile, $"[S3]\nSecretKey = '{InFile}'\n[SFTP]\nPassword = '{InFile}'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(sandbox.ConfigFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        sandbox.ShellHook("PreSave", "10-told", "env; set");
        sandbox.Hook("PreSave", "20-told.ps1", "[Environment]::GetEnvironmentVariables().GetEnumerator().ForEach{ \"$($_.Key)=$($_.Value)\" }; [System.Management.Automation.PSSerializer]::Serialize($RekkordHook, 5)");
        sandbox.ShellHook("PostSave", "30-told", "env >&2; exit 1");
        sandbox.Hook("PostSave", "40-told.ps1", "throw [System.Management.Automation.PSSerializer]::Serialize($RekkordHook, 5)");
        foreach (var name in Variables.Split(' '))
            Environment.SetEnvironmentVariable(name, name == "REKKORD_KEY_FILE" ? sandbox.KeyFile : InEnvironment);
        ModuleRun run;
        try
        {
            run = sandbox.Invoke("Invoke-RekkordSave test $source -Verbose");
        }
        finally
        {
            foreach (var name in Variables.Split(' '))
                Environment.SetEnvironmentVariable(name, null);
        }

        Assert.Equal("PostSaveHookFailed", run.EndingId);
        Assert.Equal(4, run.Hooks.Count);
        var everything = string.Join('\n', [
            .. run.Output.Select(item => System.Management.Automation.PSSerializer.Serialize(item, 5)),
            .. run.Verbose, .. run.HostLines, run.Ending!.ToString(), .. run.Errors.Select(error => error.ToString())]);
        Assert.Contains("REKKORD_REPOSITORY=" + sandbox.Repository, everything, StringComparison.Ordinal);
        Assert.All([InFile, InEnvironment, .. KeysOf(sandbox.KeyFile)], secret => Assert.DoesNotContain(secret, everything, StringComparison.Ordinal));
    }

    [Fact]
    public void Credentials_in_a_repositorys_URL_are_in_no_error()
    {
        using var sandbox = new ModuleSandbox();
        var run = sandbox.Invoke($"Invoke-RekkordSave test $source -Repository 'gopher://user:{InFile}@host/path'");
        Assert.Equal("RepositoryUrlUnsupported", run.EndingId);
        Assert.DoesNotContain(InFile, run.Ending!.ToString() + run.Ending.TargetObject + run.Ending.Exception, StringComparison.Ordinal);
    }

    /// <summary>What is long enough in a keyfile to be a key.</summary>
    private static List<string> KeysOf(string keyFile)
    {
        var keys = Regex.Matches(File.ReadAllText(keyFile), "[A-Za-z0-9+/=_-]{24,}").Select(match => match.Value).ToList();
        Assert.NotEmpty(keys);
        return keys;
    }
}

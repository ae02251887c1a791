using System.Management.Automation;
using System.Net;

namespace Rekkord.Module.Tests.Keys;

/// <summary>A keyfile with a passphrase and its repository with a snapshot, made once: each use of the passphrase takes time on purpose.</summary>
public sealed class SealedRepository : IDisposable
{
    internal const string Secret = "sésame-öffne-dich";

    /// <summary>The process has one: tests that set it run one after another.</summary>
    internal const string Variable = "REKKORD_PASSPHRASE";

    public SealedRepository()
    {
        Sandbox.Session.Set("passphrase", new NetworkCredential("", Secret).SecurePassword);
        Sandbox.Session.Set("wrong", new NetworkCredential("", "not-the-one").SecurePassword);
        Sandbox.Write("file", "content");
        Sandbox.Invoke("""
            Initialize-RekkordRepository $repository $keyFile -Passphrase $passphrase
            Invoke-RekkordSave test $source -Passphrase $passphrase
            """).Clean();
    }

    internal ModuleSandbox Sandbox { get; } = new(initialize: false);

    public void Dispose() => Sandbox.Dispose();
}

/// <summary>Keyfiles with a passphrase: where it comes from, and where it never gets.</summary>
[Collection(SealedRepository.Variable)]
public sealed class PassphraseTests(SealedRepository made) : IClassFixture<SealedRepository>, IDisposable
{
    private const string Secret = SealedRepository.Secret;

    private readonly ModuleSandbox _sandbox = made.Sandbox;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", null);
        _sandbox.Session.Host.Secret = null;
        foreach (var hook in Directory.GetFiles(_sandbox.HookDirectory("PreSave")))
            File.Delete(hook);
    }

    [Theory]
    [InlineData("Invoke-RekkordSave test $source")]
    [InlineData("Invoke-RekkordScan")]
    [InlineData("Get-RekkordSnapshot")]
    [InlineData("Restore-RekkordSnapshot test $destination")]
    public void Every_command_takes_it_as_a_parameter_and_says_clearly_when_it_is_wrong_or_missing(string command)
    {
        var missing = _sandbox.Invoke(command);
        Assert.Equal("PassphraseRequired", missing.EndingId);
        Assert.Contains("REKKORD_PASSPHRASE", missing.Ending!.ToString(), StringComparison.Ordinal);
        Assert.Equal("KeyFilePassphraseWrong", _sandbox.Invoke($"{command} -Passphrase $wrong").EndingId);
        _sandbox.Invoke($"{command} -Passphrase $passphrase").Clean();
    }

    [Fact]
    public void It_comes_from_the_environment_and_a_parameter_is_stronger()
    {
        Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", Secret);
        _sandbox.Save().Clean();
        Assert.Equal("KeyFilePassphraseWrong", _sandbox.Invoke("Get-RekkordSnapshot -Passphrase $wrong").EndingId);
        Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", "");
        Assert.Equal("PassphraseRequired", _sandbox.Save().EndingId);
    }

    [Fact]
    public void It_is_asked_for_where_somebody_sits_and_not_when_the_keyfile_has_none()
    {
        _sandbox.Session.Host.Secret = new NetworkCredential("", Secret).SecurePassword;
        var run = _sandbox.Invoke("New-RekkordKey WriteOnly ./open.key $keyFile").Clean();
        Assert.Contains(_sandbox.KeyFile, Assert.Single(run.HostLines), StringComparison.Ordinal);

        Assert.Empty(_sandbox.Invoke("Invoke-RekkordSave test $source -KeyFile ./open.key").Clean().HostLines);
        _sandbox.Session.Host.Secret = new NetworkCredential("", "not-the-one").SecurePassword;
        Assert.Equal("KeyFilePassphraseWrong", _sandbox.Save().EndingId);
        _sandbox.Session.Host.Secret = new NetworkCredential("", "").SecurePassword;
        Assert.Equal("PassphraseRequired", _sandbox.Save().EndingId);
    }

    [Fact]
    public void A_new_keyfile_has_a_passphrase_of_its_own()
    {
        var made = Assert.Single(_sandbox.Invoke("New-RekkordKey WriteOnly ./new.key $keyFile -MasterPassphrase $passphrase -Passphrase $wrong").Clean().Output);

        Assert.Equal(true, made.Value("HasPassphrase"));
        Assert.Equal("KeyFilePassphraseWrong", _sandbox.Invoke("Invoke-RekkordSave test $source -KeyFile ./new.key -Passphrase $passphrase").EndingId);
        _sandbox.Invoke("Invoke-RekkordSave test $source -KeyFile ./new.key -Passphrase $wrong").Clean();
        var run = _sandbox.Invoke("New-RekkordKey WriteOnly ./other.key $keyFile -Passphrase $passphrase");
        Assert.Equal("PassphraseRequired", run.EndingId);
        Assert.Contains("-MasterPassphrase", run.Ending!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Invoke-RekkordSave test $source -Passphrase $passphrase")]
    [InlineData("Invoke-RekkordSave test $source")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void It_reaches_no_hook_no_stream_and_no_result(string command)
    {
        // In the environment both times: what a parameter overrides is still a secret.
        Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", Secret);
        _sandbox.ShellHook("PreSave", "10-program", "env; exit 0");
        _sandbox.Hook("PreSave", "20-script.ps1", "[Environment]::GetEnvironmentVariables().GetEnumerator() | ForEach-Object { \"$($_.Key)=$($_.Value)\" }; \"passphrase: $env:REKKORD_PASSPHRASE.\"");

        var run = _sandbox.Invoke($"{command} -Verbose").Clean();

        Assert.Equal(["Succeeded", "Succeeded"], run.Hooks.Select(hook => hook.Text("Status")));
        Assert.Contains("REKKORD_PHASE=PreSave", run.Hooks[0].Texts("Output"));
        Assert.Contains("passphrase: .", run.Hooks[1].Texts("Output"));
        var shown = PSSerializer.Serialize(run.Output, 6) + string.Join('\n', run.Verbose) + string.Join('\n', run.HostLines);
        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
        Assert.Equal(Secret, Environment.GetEnvironmentVariable("REKKORD_PASSPHRASE"));
    }

    [Fact]
    public void A_wrong_one_is_in_no_error()
    {
        Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", "not-the-one");

        var error = _sandbox.Save().Ending!;

        Assert.DoesNotContain("not-the-one", $"{error}{error.Exception}{error.TargetObject}{error.ErrorDetails}", StringComparison.Ordinal);
    }
}

using System.Management.Automation;

namespace Rekkord.Module.Tests.Keys;

/// <summary>A repository with a snapshot, and a keyfile of each role: made once, since that takes longer than most commands.</summary>
public sealed class RepositoryWithKeys : IDisposable
{
    internal static readonly string[] Roles = ["Master", "ReadWrite", "WriteOnly", "LogOnly", "Prune"];

    private readonly ModuleSandbox _made = new();

    public RepositoryWithKeys()
    {
        _made.Write("file", "content");
        _made.Save().Clean();
        foreach (var role in Roles.Skip(1))
            _made.Invoke($"New-RekkordKey {role} ./{role}.key $keyFile").Clean();
        File.Copy(_made.KeyFile, Path.Combine(_made.Base, "Master.key"));
    }

    public void Dispose() => _made.Dispose();

    /// <summary>A sandbox with a copy of them.</summary>
    internal ModuleSandbox Copy()
    {
        var copy = new ModuleSandbox(initialize: false);
        copy.Write("file", "content");
        foreach (var file in _made.RepositoryFiles.Select(name => Path.Combine("repository", name)).Concat(Directory.GetFiles(_made.Base, "*.key").Select(Path.GetFileName)))
        {
            var destination = Path.Combine(copy.Base, file!);
            Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
            File.Copy(Path.Combine(_made.Base, file!), destination);
        }

        return copy;
    }
}

/// <summary>Which role each command needs, and that it says so before it does anything.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class KeyRoleTests(RepositoryWithKeys made) : IClassFixture<RepositoryWithKeys>, IDisposable
{
    private static readonly string[] Roles = RepositoryWithKeys.Roles;

    // The roles with which each command works; none for those that use no keyfile of a repository.
    // They take no keyfile, and need a pwsh that a scheduler can start.
    private static readonly string[] WithoutKeys = ["Get-RekkordTask", "Register-RekkordTask", "Unregister-RekkordTask"];

    private static readonly Dictionary<string, (string Script, string[] Roles)> Commands = new()
    {
        ["Invoke-RekkordSave"] = ("Invoke-RekkordSave test $source -KeyFile $key", ["Master", "Prune", "ReadWrite", "WriteOnly"]),
        ["Invoke-RekkordScan"] = ("Invoke-RekkordScan -Repair -KeyFile $key", ["Master", "Prune", "ReadWrite"]),
        ["Get-RekkordSnapshot"] = ("Get-RekkordSnapshot -KeyFile $key", ["Master", "Prune", "ReadWrite", "LogOnly"]),
        ["Get-RekkordRepository"] = ("Get-RekkordRepository -KeyFile $key", ["Master", "Prune", "ReadWrite", "LogOnly"]),
        ["Get-RekkordItem"] = ("Get-RekkordItem test -KeyFile $key", ["Master", "Prune", "ReadWrite"]),
        ["Find-RekkordItem"] = ("Find-RekkordItem file -KeyFile $key", ["Master", "Prune", "ReadWrite"]),
        ["Compare-RekkordSnapshot"] = ("Compare-RekkordSnapshot test test -KeyFile $key", ["Master", "Prune", "ReadWrite"]),
        ["Copy-RekkordSnapshot"] = ("if (-not [IO.Directory]::Exists(\"$PWD/there\")) { $null = Initialize-RekkordRepository ./there ./there.key -WarningAction Ignore }; Copy-RekkordSnapshot test ./there ./there.key -KeyFile $key", ["Master", "Prune", "ReadWrite"]),
        ["Restore-RekkordSnapshot"] = ("Restore-RekkordSnapshot test $destination -Force -KeyFile $key", ["Master", "Prune", "ReadWrite"]),
        ["Remove-RekkordSnapshot"] = ("Remove-RekkordSnapshot -Channel test -Force -KeyFile $key", ["Master", "Prune"]),
        ["Undo-RekkordRemoval"] = ("Undo-RekkordRemoval -Channel test -KeyFile $key", ["Master", "Prune"]),
        ["Invoke-RekkordPrune"] = ("Invoke-RekkordPrune -KeyFile $key", ["Master", "Prune"]),
        ["Invoke-RekkordRetention"] = ("Invoke-RekkordRetention -KeepLast 1 -KeyFile $key", ["Master", "Prune"]),
        ["New-RekkordKey"] = ("New-RekkordKey LogOnly ./new.key -Force $key", ["Master"]),
        ["Revoke-RekkordKey"] = ("Revoke-RekkordKey 00112233445566778899aabbccddeeff -Confirm:$false -KeyFile $key", ["Master"]),
        ["Get-RekkordKey"] = ("Get-RekkordKey -KeyFile $key; Get-RekkordKey -Revoked -KeyFile $key", Roles),
        ["Unlock-RekkordKey"] = ("Unlock-RekkordKey $key -WarningAction Ignore", Roles),
        ["Lock-RekkordKey"] = ("Lock-RekkordKey $key", Roles),
        ["Get-RekkordConfig"] = ("Get-RekkordConfig -KeyFile $key", Roles),
        ["Test-RekkordConfig"] = ("Test-RekkordConfig -KeyFile $key", Roles),
        ["New-RekkordConfig"] = ("New-RekkordConfig ./repository ./master.key ./new.toml -Force", Roles),
        ["Get-RekkordHook"] = ("Get-RekkordHook", Roles),
        ["Invoke-RekkordHook"] = ("Invoke-RekkordHook PreSave", Roles),
        ["Initialize-RekkordRepository"] = ("Initialize-RekkordRepository ./another ./another.key -Force", Roles),
    };

    private readonly ModuleSandbox _sandbox = made.Copy();

    public static IEnumerable<object[]> Matrix => from command in Commands.Keys from role in Roles select new object[] { command, role };

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [MemberData(nameof(Matrix))]
    public void A_command_works_with_its_roles_and_refuses_the_others_before_it_does_anything(string command, string role)
    {
        var (script, roles) = Commands[command];
        _sandbox.Session.Set("key", $"./{role}.key");
        if (roles.Contains(role))
        {
            Directory.CreateDirectory(Path.Combine(_sandbox.Base, "another"));
            _sandbox.Invoke(script).Clean();
            return;
        }

        // No hook runs, and the repository, which is not there, is not looked at.
        _sandbox.LogOutcome("PreSave");
        _sandbox.LogOutcome("PreScan");
        Directory.Move(_sandbox.Repository, _sandbox.Repository + ".away");
        var run = _sandbox.Invoke(script);

        Assert.Equal("KeyRoleInsufficient", run.EndingId);
        Assert.Equal(ErrorCategory.PermissionDenied, run.Ending!.CategoryInfo.Category);
        Assert.Empty(run.Output);
        Assert.Empty(_sandbox.LogLines);
        var message = run.Ending.ToString();
        Assert.Contains($"{command} needs a ", message, StringComparison.Ordinal);
        Assert.Contains($"'{Path.Combine(_sandbox.Base, $"{role}.key")}' is a {role} keyfile", message, StringComparison.Ordinal);
        Assert.All(roles, able => Assert.Contains(able, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_command_of_the_module_is_in_the_matrix() => Assert.Equal(
        _sandbox.Invoke("(Get-Command -Module Rekkord).Name").Clean().Output.Select(name => name.ToString()).Order(StringComparer.Ordinal),
        Commands.Keys.Concat(WithoutKeys).Order(StringComparer.Ordinal));

    [Fact]
    public void A_keyfile_that_others_can_read_is_refused_by_every_command_unless_the_configuration_trusts_it()
    {
        File.SetUnixFileMode(_sandbox.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        _sandbox.Session.Set("key", _sandbox.KeyFile);
        var scripts = Commands.Values.Where(command => command.Roles.Length < Roles.Length).Select(command => command.Script).ToArray();

        foreach (var run in scripts.Select(_sandbox.Invoke))
        {
            Assert.Equal("KeyFileExposed", run.EndingId);
            Assert.EndsWith($"run: chmod 600 {_sandbox.KeyFile}", run.Ending!.ToString(), StringComparison.Ordinal);
        }

        File.WriteAllText(_sandbox.ConfigFile, File.ReadAllText(_sandbox.ConfigFile).Replace("[Hooks]", "TrustKeyFilePermissions = true\n[Hooks]", StringComparison.Ordinal));
        foreach (var script in scripts)
            _sandbox.Invoke(script).Clean();
    }
}

using System.Management.Automation;
using System.Security;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;
using Secret = Rekkord.Engine.Cryptography.Passphrase;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Makes a keyfile with less than the master's permissions. The repository need not be there.</summary>
[Cmdlet(VerbsCommon.New, "RekkordKey", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordKey))]
public sealed class NewRekkordKeyCommand : RekkordCommand
{
    /// <summary>What it will be able to do.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateSet("ReadWrite", "WriteOnly", "LogOnly", "Prune")]
    public string Role { get; set; } = "";

    /// <summary>Where it goes.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string OutFile { get; set; } = "";

    /// <summary>The master keyfile of the repository.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateNotNullOrEmpty]
    public string MasterKeyFile { get; set; } = "";

    /// <summary>A passphrase to seal the new keyfile with.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>The master keyfile's passphrase, if it has one; otherwise Unlock-RekkordKey's, <c>$env:REKKORD_PASSPHRASE</c>, or a question where somebody can answer.</summary>
    [Parameter]
    public SecureString? MasterPassphrase { get; set; }

    /// <summary>The configuration file, which can say that permissions of keyfiles do not count.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>Replaces a file that exists; never the master keyfile.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var outFile = ResolvePath(OutFile);
        var masterKeyFile = ResolvePath(MasterKeyFile);
        var config = RekkordConfig.Load(new ConfigurationRequest
        {
            ConfigPath = ConfigPath is null ? null : ResolvePath(ConfigPath),
            WorkingDirectory = CurrentDirectory,
        });
        var masterPassphrase = new PassphraseSource(masterKeyFile) { Given = MasterPassphrase };
        using var master = ReadKeyFile(masterKeyFile, config, "-MasterPassphrase", () => masterPassphrase.FindOrAsk(Host, StopToken));
        master.Demand(KeyPermission.Certify, MyInvocation.MyCommand.Name, masterKeyFile, "-MasterKeyFile");
        if (IsWhatIf)
            KeyCreation.RequirePlace(masterKeyFile, outFile, Force);
        if (!ShouldProcess($"'{outFile}', from the master keyfile '{masterKeyFile}'", $"Make a {Role} keyfile"))
            return;
        using var passphrase = Passphrase is null ? null : Secret.FromSecureString(Passphrase);
        using var keys = KeyCreation.Run(master, masterKeyFile, Enum.Parse<KeyRole>(Role, ignoreCase: true), outFile, Force, passphrase);
        WriteObject(new RekkordKey(keys, outFile, passphrase is not null));
    });
}

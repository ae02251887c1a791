using System.Management.Automation;
using System.Security;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Repository;
using Secret = Rekkord.Engine.Cryptography.Passphrase;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Makes a repository and its master keyfile.</summary>
[Cmdlet(VerbsData.Initialize, "RekkordRepository", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordRepository))]
public sealed class InitializeRekkordRepositoryCommand : RekkordCommand
{
    /// <summary>Where the repository goes: an empty or new directory.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Repository { get; set; } = "";

    /// <summary>Where the master keyfile goes.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string KeyFile { get; set; } = "master.key";

    /// <summary>Replaces a keyfile that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>A passphrase to seal the keyfile with.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var keyFile = ResolvePath(KeyFile);
        var location = Repository.Contains("://", StringComparison.Ordinal) ? Repository : ResolvePath(Repository);
        if (!ShouldProcess($"'{location}', with the master keyfile '{keyFile}'", "Make a repository"))
            return;
        using var passphrase = Passphrase is null ? null : Secret.FromSecureString(Passphrase);
        using var repository = RepositoryCreation.Run(location, keyFile, Force, passphrase, new StoreOptions { Note = Note }, StopToken);
        WriteObject(new RekkordRepository(repository, keyFile));
        WriteWarning($"Keep a copy of '{keyFile}' in a safe place away from this machine. Without it, nothing in the repository can be read.");
    });
}

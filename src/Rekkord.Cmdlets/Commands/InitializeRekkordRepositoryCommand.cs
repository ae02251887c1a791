using System.Management.Automation;
using System.Security;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;
using Secret = Rekkord.Engine.Cryptography.Passphrase;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Makes a repository and its master keyfile.</summary>
[Cmdlet(VerbsData.Initialize, "RekkordRepository", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordRepository))]
public sealed class InitializeRekkordRepositoryCommand : RekkordCommand
{
    /// <summary>Where the repository goes: an empty or new directory, here or on a server, or a place in a bucket.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Repository { get; set; } = "";

    /// <summary>Where the master keyfile goes.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string KeyFile { get; set; } = "master.key";

    /// <summary>The configuration file with the keys for the store; otherwise <c>$env:REKKORD_CONFIG_FILE</c>, the user's, or the machine's. A directory needs none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

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
        var location = ResolveLocation(Repository);
        if (IsWhatIf)
            RepositoryCreation.Rehearse(location, keyFile, Force, CreateStoreOptions(location), StopToken);
        if (!ShouldProcess($"'{ObjectStore.LocationOf(location)}', with the master keyfile '{keyFile}'", "Make a repository"))
            return;
        using var passphrase = Passphrase is null ? null : Secret.FromSecureString(Passphrase);
        using var repository = RepositoryCreation.Run(location, keyFile, Force, passphrase, CreateStoreOptions(location), StopToken);
        WriteObject(new RekkordRepository(repository, keyFile, RepositoryContents.OfNew));
        WriteWarning($"Keep a copy of '{keyFile}' in a safe place away from this machine. Without it, nothing in the repository can be read.");
    });

    /// <summary>What a store on another machine needs is in the configuration. A directory needs nothing of it.</summary>
    private StoreOptions CreateStoreOptions(string location)
    {
        var options = new StoreOptions();
        if (!ObjectStore.IsLocal(location))
        {
            var config = RekkordConfig.Load(new ConfigurationRequest
            {
                ConfigPath = ConfigPath is null ? null : ResolvePath(ConfigPath),
                WorkingDirectory = CurrentDirectory,
            });
            options = StoreOptions.From(config, location, reference => SecretSource.FindText(reference, StopToken));
        }

        return options with { Note = AddNote };
    }
}

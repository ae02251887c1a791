using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Says what a keyfile is and may do. It asks for no passphrase: without one it says what stands above the sealed keys.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordKey")]
[OutputType(typeof(RekkordKey), typeof(RekkordRevocation))]
public sealed class GetRekkordKeyCommand : RepositoryCommand
{
    /// <summary>Lists the keys that were revoked in the repository, instead.</summary>
    [Parameter]
    public SwitchParameter Revoked { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var config = LoadConfig();
        if (Revoked)
            ListRevoked(config);
        else
            Describe(config, RequireKeyFile(config));
    });

    private void ListRevoked(RekkordConfig config)
    {
        // Any keyfile of the repository will do: what its role may not see is left out.
        using var repository = OpenRepository(config, permission: null);
        foreach (var revocation in repository.ListRevocations(error => WriteError(ErrorRecords.Create(error)), StopToken))
            WriteObject(new RekkordRevocation(revocation, repository.Location));
    }

    private void Describe(RekkordConfig config, string keyFile)
    {
        var heading = Engine.Cryptography.KeyFile.ReadHeading(keyFile, config.Repository.TrustKeyFilePermissions.Value);
        using var passphrase = heading is null ? null : PassphraseOf(keyFile, config).Find(StopToken);
        if (heading is not null && passphrase is null)
        {
            if (MyInvocation.BoundParameters.ContainsKey(nameof(Repository)))
                throw new RekkordException("PassphraseRequired", RekkordErrorKind.Security, $"Whether '{keyFile}' was revoked cannot be told without its passphrase, under which its ID is. Give it with -Passphrase, or run Unlock-RekkordKey first.", keyFile);
            WriteObject(new RekkordKey(heading, keyFile));
            return;
        }

        using var keys = ReadKeyFile(keyFile, config, "-Passphrase", () => passphrase?.Copy());
        WriteObject(new RekkordKey(keys, keyFile, heading is not null)
        {
            UnlockedUntil = UnlockedKeys.OfSession().UntilOf(keyFile)?.ToLocalTime(),
            IsRevoked = MyInvocation.BoundParameters.ContainsKey(nameof(Repository)) ? IsRevoked(config, keys) : null,
        });
    }

    private bool IsRevoked(RekkordConfig config, KeyMaterial keys)
    {
        using var repository = RepositoryAccess.Open(config.Repository.Url.Value!, keys, ownsKeys: false, CreateStoreOptions(config), StopToken);
        return repository.IsKeyRevoked(StopToken);
    }
}

using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Snapshots;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Makes the signature of a keyfile no longer count. It cannot be taken back, so this asks first.</summary>
[Cmdlet(VerbsSecurity.Revoke, "RekkordKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RekkordRevocation))]
public sealed class RevokeRekkordKeyCommand : RepositoryCommand
{
    private readonly HashSet<string> _done = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keyfile's ID: 32 hex digits, as New-RekkordKey shows it, or Get-RekkordSnapshot as KeyId. Each is revoked once, however often it comes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyIdCompleter))]
    public string KeyId { get; set; } = "";

    /// <summary>Why. Whoever can list snapshots can read it.</summary>
    [Parameter]
    [AllowEmptyString]
    public string Reason { get; set; } = "";

    /// <summary>Also what the keyfile has signed until now no longer counts.</summary>
    [Parameter]
    public SwitchParameter DistrustExisting { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        if (KeyId.Length == 0)
        {
            WriteError(ErrorRecords.Create(new RekkordException(
                "KeyNotRevocable",
                RekkordErrorKind.InvalidArgument,
                "An empty key ID stands for the master key, which cannot be revoked: its snapshots count as long as the repository does.")));
            return;
        }

        var keyId = KeyRevocation.ParseId(KeyId);
        if (!_done.Add(KeyId))
            return;
        KeyRevocation.ValidateReason(Reason);
        var config = LoadConfig();
        RunJob(config, "revoke", null, job => Revoke(config, keyId, job));
    });

    private void Revoke(RekkordConfig config, byte[] keyId, JobReporter job)
    {
        var what = DistrustExisting ? "Revoke forever, and distrust all snapshots of" : "Revoke, for ever,";
        using var repository = OpenRepository(config, KeyPermission.Certify);
        if (KeyId.Equals(repository.Id, StringComparison.OrdinalIgnoreCase))
            throw new RekkordException("KeyIdInvalid", RekkordErrorKind.InvalidArgument, $"{KeyId} is the ID of the repository and not of a keyfile. Get-RekkordSnapshot shows the IDs of keyfiles as KeyId.", KeyId);
        if (!ShouldProcess($"the key {KeyId} in '{config.Repository.DisplayUrl}'", what))
            return;
        var revocation = new KeyRevocation(repository, WriteWarning).Run(keyId, MyInvocation.BoundParameters.ContainsKey(nameof(DistrustExisting)) ? DistrustExisting.IsPresent : null, Reason, StopToken);
        EndJob(job, report => report, () => WriteObject(new RekkordRevocation(revocation, repository.Location)));
    }
}

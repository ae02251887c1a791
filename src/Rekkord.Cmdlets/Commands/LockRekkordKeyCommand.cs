using System.Management.Automation;
using Rekkord.Cmdlets.Pipeline;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Forgets what Unlock-RekkordKey keeps in the session: one passphrase, or all.</summary>
[Cmdlet(VerbsCommon.Lock, "RekkordKey")]
public sealed class LockRekkordKeyCommand : RekkordCommand
{
    /// <summary>The keyfile whose passphrase is forgotten; otherwise all are.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? KeyFile { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        if (KeyFile is null)
            UnlockedKeys.OfSession().Clear();
        else
            UnlockedKeys.OfSession().Remove(ResolvePath(KeyFile));
    });
}

using System.Management.Automation;
using System.Security;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Errors;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;
using Secret = Rekkord.Engine.Cryptography.Passphrase;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Keeps a keyfile's passphrase in the session for a while, so that it is asked for once. It is written nowhere.</summary>
[Cmdlet(VerbsCommon.Unlock, "RekkordKey")]
[OutputType(typeof(RekkordKey))]
public sealed class UnlockRekkordKeyCommand : RekkordCommand
{
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(1);

    /// <summary>The keyfile; otherwise <c>$env:REKKORD_KEY_FILE</c> or the configuration's.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? KeyFile { get; set; }

    /// <summary>The passphrase; otherwise <c>$env:REKKORD_PASSPHRASE</c>, the place that the configuration names, or a question.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>How long it is kept, at most a day.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The configuration file; otherwise <c>$env:REKKORD_CONFIG_FILE</c>, the user's, or the machine's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        if (Lifetime <= TimeSpan.Zero || Lifetime > LongestLifetime)
            throw new RekkordException("LifetimeInvalid", RekkordErrorKind.InvalidArgument, "A passphrase is kept for more than nothing and at most a day. Give a shorter -Lifetime, such as 8h.", nameof(Lifetime));
        var config = RekkordConfig.Load(new ConfigurationRequest
        {
            ConfigPath = ConfigPath is null ? null : ResolvePath(ConfigPath),
            KeyFile = KeyFile is null ? null : ResolvePath(KeyFile),
            WorkingDirectory = CurrentDirectory,
        });
        Unlock(RequireKeyFile(config), config);
    });

    private void Unlock(string keyFile, RekkordConfig config)
    {
        var source = new PassphraseSource(keyFile) { Given = Passphrase, Reference = config.Repository.PassphraseFrom.Value, UsesUnlocked = false };
        Secret? kept = null;
        try
        {
            // Reading it tells whether the passphrase is the right one.
            using var keys = ReadKeyFile(keyFile, config, "-Passphrase", () =>
            {
                var found = source.FindOrAsk(Host, StopToken);
                kept = found?.Copy();
                return found;
            });
            DateTimeOffset? until = null;
            if (kept is null)
                WriteWarning($"The keyfile '{keyFile}' has no passphrase: there is nothing to unlock.");
            else
                until = UnlockedKeys.OfSession().Add(keyFile, kept, Lifetime).ToLocalTime();
            kept = null;
            WriteObject(new RekkordKey(keys, keyFile, until is not null) { UnlockedUntil = until });
        }
        finally
        {
            kept?.Dispose();
        }
    }
}

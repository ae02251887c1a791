using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Platform;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>
/// Where a keyfile's passphrase comes from: the parameter, Unlock-RekkordKey, the environment, the place that the configuration names, or a
/// question at the prompt, in this order.
/// </summary>
/// <param name="keyFile">The full path of the keyfile.</param>
internal sealed class PassphraseSource(string keyFile)
{
    private const string Variable = "REKKORD_PASSPHRASE";

    /// <summary>The parameter's value; null when it was not given.</summary>
    public SecureString? Given { get; init; }

    /// <summary>Where the configuration says that it is; null when it says nothing.</summary>
    public SecretReference? Reference { get; init; }

    /// <summary>Whether what the session keeps for the keyfile counts.</summary>
    public bool UsesUnlocked { get; init; } = true;

    /// <summary>Whether the environment counts. What is there is for one keyfile.</summary>
    public bool UsesEnvironment { get; init; } = true;

    /// <summary>The passphrase in the environment; null when there is none. An empty variable counts as unset.</summary>
    public static Passphrase? FromEnvironment() =>
        ProcessEnvironment.Get(Variable) is { Length: > 0 } text ? Passphrase.FromText(text) : null;

    /// <summary>The passphrase without a question; null when nobody gave one.</summary>
    /// <param name="stop">Ends a command that is to write it.</param>
    public Passphrase? Find(CancellationToken stop)
    {
        if (Given is not null)
            return Passphrase.FromSecureString(Given);
        return (UsesUnlocked ? UnlockedKeys.OfSession().Find(keyFile) : null)
            ?? (UsesEnvironment ? FromEnvironment() : null)
            ?? (Reference is null ? null : SecretSource.FindPassphrase(Reference, stop));
    }

    /// <summary>The passphrase; null when there is none and nobody to ask.</summary>
    /// <param name="host">Asks.</param>
    /// <param name="stop">Ends a command that is to write it.</param>
    public Passphrase? FindOrAsk(PSHost host, CancellationToken stop)
    {
        if (Find(stop) is { } found)
            return found;
        using var typed = Ask(host, $"Passphrase of '{keyFile}': ");
        return typed is null or { Length: 0 } ? null : Passphrase.FromSecureString(typed);
    }

    private static SecureString? Ask(PSHost host, string prompt)
    {
        // The console host reads keys from the terminal also when the input is not the terminal's: nobody may be there.
        if (host.Name == "ConsoleHost" && Console.IsInputRedirected)
            return null;
        try
        {
            host.UI.Write(prompt);
            return TerminationSignals.WhileAsking(host.UI.ReadLineAsSecureString);
        }
        catch (Exception error) when (error is PSInvalidOperationException or HostException or NotImplementedException or InvalidOperationException or IOException)
        {
            // A host without a person says so in one of these ways.
            return null;
        }
    }
}

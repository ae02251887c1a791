using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Platform;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>Where a keyfile's passphrase comes from: the parameter, the environment, or a question at the prompt, in this order.</summary>
internal static class PassphraseSource
{
    private const string Variable = "REKKORD_PASSPHRASE";

    /// <summary>The passphrase; null when there is none and nobody to ask.</summary>
    /// <param name="given">The parameter's value.</param>
    /// <param name="host">Asks.</param>
    /// <param name="prompt">The question.</param>
    public static Passphrase? Get(SecureString? given, PSHost host, string prompt)
    {
        if (given is not null)
            return Passphrase.FromSecureString(given);
        if (FromEnvironment() is { } set)
            return set;
        using var typed = Ask(host, prompt);
        return typed is null or { Length: 0 } ? null : Passphrase.FromSecureString(typed);
    }

    /// <summary>The passphrase in the environment; null when there is none. An empty variable counts as unset.</summary>
    public static Passphrase? FromEnvironment() =>
        ProcessEnvironment.Get(Variable) is { Length: > 0 } text ? Passphrase.FromText(text) : null;

    private static SecureString? Ask(PSHost host, string prompt)
    {
        // The console host reads keys from the terminal also when the input is not the terminal's: nobody may be there.
        if (host.Name == "ConsoleHost" && Console.IsInputRedirected)
            return null;
        try
        {
            host.UI.Write(prompt);
            return host.UI.ReadLineAsSecureString();
        }
        catch (Exception error) when (error is PSInvalidOperationException or HostException or NotImplementedException or InvalidOperationException or IOException)
        {
            // A host without a person says so in one of these ways.
            return null;
        }
    }
}

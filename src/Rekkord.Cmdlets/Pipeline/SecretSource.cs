using System.Management.Automation;
using System.Net;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Secrets;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>Gets the secrets that a configuration names the places of. Vaults are asked in the caller's session, so by the pipeline thread only.</summary>
internal static class SecretSource
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";

    /// <summary>A keyfile's passphrase.</summary>
    public static Passphrase FindPassphrase(SecretReference reference, CancellationToken stop)
    {
        if (reference is not SecretReference.InVault secret)
            return SecretReader.ReadPassphrase(reference, stop);
        using var value = AskVault(secret);
        return value.Length > 0 ? Passphrase.FromSecureString(value) : throw Invalid(secret);
    }

    /// <summary>A secret of a store, as the text that its library takes.</summary>
    public static string FindText(SecretReference reference, CancellationToken stop)
    {
        if (reference is not SecretReference.InVault secret)
            return SecretReader.ReadText(reference, stop);
        using var value = AskVault(secret);
        return value.Length > 0 ? new NetworkCredential("", value).Password : throw Invalid(secret);
    }

    private static SecureString AskVault(SecretReference.InVault secret)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand($@"{Module}\Get-Secret").AddParameter("Name", secret.Name).AddParameter("ErrorAction", ActionPreference.Ignore);
        if (secret.Vault is not null)
            shell.AddParameter("Vault", secret.Vault);
        try
        {
            return shell.Invoke() is [{ BaseObject: var value }] ? ToSecureString(value) ?? throw Invalid(secret) : throw NotFound(secret);
        }
        catch (CommandNotFoundException)
        {
            throw new RekkordException(
                "SecretModuleMissing",
                RekkordErrorKind.NotFound,
                $"'{secret}' is in a vault of SecretManagement, and the module {Module} is not installed here. Run: Install-PSResource {Module}. A vault is a module of its own, such as Microsoft.PowerShell.SecretStore.",
                secret.ToString());
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            // What a vault says may be about the secret, so it is not passed on.
            throw NotFound(secret);
        }
    }

    private static SecureString? ToSecureString(object value)
    {
        switch (value)
        {
            case SecureString secure:
                return secure;
            case PSCredential credential:
                return credential.Password;
            case string text:
                return new NetworkCredential("", text).SecurePassword;
            case byte[] bytes:
                var characters = Encoding.UTF8.GetChars(bytes);
                CryptographicOperations.ZeroMemory(bytes);
                var copy = new SecureString();
                Array.ForEach(characters, copy.AppendChar);
                Array.Clear(characters);
                return copy;
            default:
                return null;
        }
    }

    private static RekkordException NotFound(SecretReference.InVault secret) => new(
        "SecretNotFound",
        RekkordErrorKind.NotFound,
        $"The vault did not give '{secret}': there is no such secret or vault, or the vault is locked. Run this to see why: Get-Secret {secret.Name}{(secret.Vault is null ? "" : $" -Vault {secret.Vault}")}",
        secret.ToString());

    private static RekkordException Invalid(SecretReference.InVault secret) => new(
        "SecretInvalid", RekkordErrorKind.InvalidData, $"'{secret}' is no secret that can be used: it is empty, or of another type. It must be a string, a credential with a password, or bytes of text.", secret.ToString());
}

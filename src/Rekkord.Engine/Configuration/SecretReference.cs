using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Configuration;

/// <summary>Where a secret is, in place of the secret itself.</summary>
public abstract record SecretReference
{
    private const string VaultPrefix = "secret:", CommandPrefix = "command:", CredentialPrefix = "credential:";

    private SecretReference()
    {
    }

    /// <summary>Reads what a configuration says.</summary>
    /// <returns>Null when it is none of the three forms.</returns>
    public static SecretReference? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(VaultPrefix, StringComparison.Ordinal))
        {
            var name = text[VaultPrefix.Length..];
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            return slash is not 0 && slash != name.Length - 1 && name.Length > 0 ? new InVault(slash < 0 ? null : name[..slash], name[(slash + 1)..]) : null;
        }

        if (text.StartsWith(CommandPrefix, StringComparison.Ordinal))
        {
            return CommandWords.Split(text[CommandPrefix.Length..]) is { } words && (Path.IsPathFullyQualified(words[0]) || Path.GetFileName(words[0]) == words[0])
                ? new OfCommand(words[0], [.. words.Skip(1)])
                : null;
        }

        if (text.StartsWith(CredentialPrefix, StringComparison.Ordinal))
        {
            var name = text[CredentialPrefix.Length..];
            return name is not ("" or "." or "..") && name.IndexOfAny(['/', '\\', ':']) < 0 ? new OfService(name) : null;
        }

        return null;
    }

    /// <summary>The secret that one key of a configuration gives, or another says the place of. The stronger source counts.</summary>
    internal static string? Resolve(ConfigValue<string?> secret, ConfigValue<SecretReference?> reference, Func<SecretReference, string> find) =>
        secret.Value ?? (reference.Value is { } place ? find(place) : null);

    /// <summary>In a vault of PowerShell's SecretManagement.</summary>
    /// <param name="Vault">The vault; null for the default one.</param>
    /// <param name="Name">The secret's name.</param>
    public sealed record InVault(string? Vault, string Name) : SecretReference
    {
        /// <inheritdoc/>
        public override string ToString() => $"{VaultPrefix}{(Vault is null ? "" : $"{Vault}/")}{Name}";
    }

    /// <summary>The first line that a program writes.</summary>
    /// <param name="Program">A full path, or a name that is looked up in the directories of <c>PATH</c>.</param>
    /// <param name="Arguments">Its arguments.</param>
    public sealed record OfCommand(string Program, IReadOnlyList<string> Arguments) : SecretReference
    {
        /// <inheritdoc/>
        public override string ToString() => CommandPrefix + string.Join(' ', Arguments.Prepend(Program).Select(word => word.Length == 0 || word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word));
    }

    /// <summary>The first line of a credential that systemd has given to the service.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record OfService(string Name) : SecretReference
    {
        /// <inheritdoc/>
        public override string ToString() => CredentialPrefix + Name;
    }
}

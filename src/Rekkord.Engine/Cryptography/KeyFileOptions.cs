namespace Rekkord.Engine.Cryptography;

/// <summary>How to open a keyfile.</summary>
public sealed record KeyFileOptions
{
    /// <summary>Only unprotected keyfiles that nobody else can read.</summary>
    public static KeyFileOptions Default { get; } = new();

    /// <summary>
    /// Gives the passphrase, or null if there is none to give. Called once, and only for a keyfile that has one; what it gives is
    /// wiped afterwards.
    /// </summary>
    public Func<Passphrase?> GetPassphrase { get; init; } = () => null;

    /// <summary>The parameter that a passphrase can be given with, for messages.</summary>
    public string PassphraseParameter { get; init; } = "-Passphrase";

    /// <summary>Whether to use a keyfile that others can read, or that belongs to somebody else.</summary>
    public bool TrustPermissions { get; init; }
}

namespace Rekkord.Engine.Cryptography;

/// <summary>What a command needs a keyfile for.</summary>
public enum KeyPower
{
    /// <summary>Making and revoking keyfiles.</summary>
    Certify,

    /// <summary>Making snapshots.</summary>
    Save,

    /// <summary>Reading content: scanning and restoring.</summary>
    Read,

    /// <summary>Listing snapshots.</summary>
    List,
}

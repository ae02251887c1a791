namespace Rekkord.Engine.Cryptography;

/// <summary>What the holder of a keyfile can do. The values are stored in keyfiles and certificates and never change.</summary>
public enum KeyRole : byte
{
    /// <summary>Everything, and making further keyfiles.</summary>
    Master = 1,

    /// <summary>Save, list, scan and restore.</summary>
    ReadWrite = 2,

    /// <summary>Save only: what was saved cannot be read back with it.</summary>
    WriteOnly = 3,

    /// <summary>List snapshots only.</summary>
    LogOnly = 4,
}

/// <summary>What a keyfile can do, and a command needs it for.</summary>
public enum KeyPermission
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

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

    /// <summary>What ReadWrite can, and remove snapshots.</summary>
    Prune = 5,
}

/// <summary>What a keyfile can do, and a command needs it for.</summary>
public enum KeyPermission
{
    /// <summary>Making and revoking keyfiles.</summary>
    Certify,

    /// <summary>Removing snapshots, and bringing them back.</summary>
    Remove,

    /// <summary>Making snapshots.</summary>
    Save,

    /// <summary>Reading content: scanning and restoring.</summary>
    Read,

    /// <summary>Listing snapshots.</summary>
    List,
}

/// <summary>What each role permits.</summary>
public static class KeyRoles
{
    private static readonly KeyRole[] FromLeast = [KeyRole.LogOnly, KeyRole.WriteOnly, KeyRole.ReadWrite, KeyRole.Prune, KeyRole.Master];

    /// <summary>Whether a keyfile of a role is for this.</summary>
    public static bool Permits(this KeyRole role, KeyPermission permission) => permission switch
    {
        KeyPermission.Certify => role == KeyRole.Master,
        KeyPermission.Remove => role is KeyRole.Prune or KeyRole.Master,
        KeyPermission.Save => role != KeyRole.LogOnly,
        KeyPermission.Read => role is not (KeyRole.LogOnly or KeyRole.WriteOnly),
        _ => role != KeyRole.WriteOnly,
    };

    /// <summary>The roles that permit this, in words.</summary>
    public static string WithPermission(KeyPermission permission)
    {
        var names = FromLeast.Where(role => role.Permits(permission)).Select(role => role.ToString()).ToArray();
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}

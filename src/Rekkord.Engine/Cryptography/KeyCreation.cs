using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Cryptography;

/// <summary>Makes keyfiles with less than the master's permissions. It needs the master keyfile and nothing else, least of all the repository.</summary>
public static class KeyCreation
{
    /// <summary>Derives a keyfile with a signing key of its own and writes it.</summary>
    /// <param name="master">The master key.</param>
    /// <param name="masterKeyFile">The file that it was read from.</param>
    /// <param name="role">ReadWrite, WriteOnly, LogOnly or Prune.</param>
    /// <param name="path">Where the keyfile goes.</param>
    /// <param name="overwrite">Whether an existing file may be replaced; the master keyfile never is.</param>
    /// <param name="passphrase">What to seal it with; null for none.</param>
    /// <returns>The new keys, the caller's to dispose of.</returns>
    /// <exception cref="RekkordException">
    /// This is not the master key (<c>KeyRoleInsufficient</c>), the file exists (<c>KeyFileExists</c>) or is the master keyfile
    /// (<c>KeyFileIsMaster</c>), or it cannot be written (<c>KeyFileNotWritable</c>); or it is written, and may not survive a power cut
    /// (<c>KeyFileNotDurable</c>).
    /// </exception>
    public static KeyMaterial Run(KeyMaterial master, string masterKeyFile, KeyRole role, string path, bool overwrite, Passphrase? passphrase)
    {
        ArgumentNullException.ThrowIfNull(master);
        var keys = master.Derive(role);
        try
        {
            RequirePlace(masterKeyFile, path, overwrite);
            KeyFile.Write(path, keys, overwrite, passphrase);
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Checks that a keyfile can be written to a place, and writes nothing.</summary>
    /// <param name="masterKeyFile">The master keyfile.</param>
    /// <param name="path">Where the keyfile goes.</param>
    /// <param name="overwrite">Whether an existing file may be replaced; the master keyfile never is.</param>
    /// <exception cref="RekkordException">The file exists (<c>KeyFileExists</c>) or is the master keyfile (<c>KeyFileIsMaster</c>).</exception>
    public static void RequirePlace(string masterKeyFile, string path, bool overwrite)
    {
        if (!overwrite)
            KeyFile.RequireFree(path);
        if (overwrite && IsCopy(path, masterKeyFile))
        {
            throw new RekkordException(
                "KeyFileIsMaster",
                RekkordErrorKind.AlreadyExists,
                $"'{path}' is the master keyfile and is not replaced: without it, its backups are lost. Choose another name with -OutFile.",
                path);
        }
    }

    /// <summary>By content: however many names and links a file has, and a copy of it is worth keeping too.</summary>
    private static bool IsCopy(string path, string masterKeyFile) =>
        File.Exists(path) && SecretBytes.Use(KeyFile.ReadText(path), text => SecretBytes.Use(KeyFile.ReadText(masterKeyFile), master => text.AsSpan().SequenceEqual(master)));
}

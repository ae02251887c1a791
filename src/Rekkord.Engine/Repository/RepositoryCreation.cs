using System.Security.Cryptography;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Repository;

/// <summary>Makes a repository with its master keyfile. The keyfile of a repository that may exist is never removed.</summary>
public static class RepositoryCreation
{
    /// <summary>Makes the keyfile, then the repository that it opens.</summary>
    /// <param name="location">Where the repository goes.</param>
    /// <param name="keyFile">Where the master keyfile goes.</param>
    /// <param name="overwriteKeyFile">Whether an existing file there may be replaced.</param>
    /// <param name="passphrase">What to seal the keyfile with; null for none.</param>
    /// <exception cref="RekkordException">
    /// There is a repository already (<c>RepositoryExists</c>), the keyfile exists (<c>KeyFileExists</c>), or one of them cannot be written.
    /// </exception>
    public static RepositoryAccess Run(string location, string keyFile, bool overwriteKeyFile, Passphrase? passphrase = null) =>
        Run(ObjectStore.Create(location), keyFile, overwriteKeyFile, passphrase);

    internal static RepositoryAccess Run(IObjectStore store, string keyFile, bool overwriteKeyFile, Passphrase? passphrase = null)
    {
        if (store.Exists(ObjectName.Descriptor))
            throw RepositoryAccess.AlreadyExists(store.Location);
        if (store.List("").Any())
        {
            throw new RekkordException(
                "DirectoryNotEmpty",
                RekkordErrorKind.AlreadyExists,
                $"'{store.Location}' has something in it that is no repository. Choose an empty or new directory.",
                store.Location);
        }

        // An old keyfile is replaced only when there is a repository for the new one: it may be the only one of another.
        var replaces = overwriteKeyFile && File.Exists(keyFile);
        var written = replaces ? $"{keyFile}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.new" : keyFile;
        var keys = KeyMaterial.CreateMaster();
        KeyFile.Write(written, keys, overwrite: false, passphrase);
        var repository = Initialize(store, keys, written);
        if (!replaces)
            return repository;
        try
        {
            KeyFile.Replace(written, keyFile);
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    private static RepositoryAccess Initialize(IObjectStore store, KeyMaterial keys, string keyFile)
    {
        var isHandedOver = false;
        try
        {
            return RepositoryAccess.Initialize(store, keys, ChunkSizes.Default, () => isHandedOver = true);
        }
        catch (Exception error)
        {
            // What a store was given it may still write, whatever it says of it now, and only this key ever opens that. A key that
            // certainly opens nothing would only be mistaken for one that does.
            if (isHandedOver)
                throw Failed(error, $"The repository may be there all the same, or appear later: its master key is kept in '{keyFile}'.", keyFile);
            if (TryDelete(keyFile) is { } reason)
                throw Failed(error, $"The keyfile '{keyFile}' opens nothing, and could not be removed ({reason}): remove it.", keyFile);
            throw;
        }
    }

    private static RekkordException Failed(Exception error, string addition, string keyFile) => error is RekkordException known
        ? new RekkordException(known.ErrorId, known.Kind, $"{known.Message} {addition}", known.Target, known)
        : new RekkordException("RepositoryNotCreated", RekkordErrorKind.WriteError, $"The repository could not be made: {error.Message} {addition}", keyFile, error);

    /// <summary>Removes a file.</summary>
    /// <returns>Why it could not be removed; null when it was.</returns>
    private static string? TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}

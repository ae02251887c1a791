using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Repository;

/// <summary>Makes a repository with its master keyfile: both, or neither.</summary>
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
        try
        {
            return RepositoryAccess.Initialize(store, keys);
        }
        catch (Exception error)
        {
            // A key that opens nothing would only be mistaken for one that does. But one whose repository is there all the same, though
            // the store reported a failure, is the only one that ever opens it.
            if (!MayExist(store))
                File.Delete(keyFile);
            else if (error is RekkordException known)
                throw new RekkordException(known.ErrorId, known.Kind, $"{known.Message} The repository may be there all the same: its master key is kept in '{keyFile}'.", known.Target, known);
            throw;
        }
    }

    private static bool MayExist(IObjectStore store)
    {
        try
        {
            return store.Exists(ObjectName.Descriptor);
        }
        catch (StorageException)
        {
            return true;
        }
    }
}

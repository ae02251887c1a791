using System.Security.Cryptography;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Platform;
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
    /// <param name="options">How the store is used; null for the usual.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="RekkordException">
    /// There is a repository already (<c>RepositoryExists</c>), the keyfile exists (<c>KeyFileExists</c>), or one of them cannot be written. Where
    /// the keyfile may not survive a power cut (<c>KeyFileNotDurable</c>), there is a repository only if the message says so.
    /// </exception>
    public static RepositoryAccess Run(string location, string keyFile, bool overwriteKeyFile, Passphrase? passphrase = null, StoreOptions? options = null, CancellationToken cancellation = default) =>
        Run(ObjectStore.Create(location, options, cancellation), keyFile, overwriteKeyFile, passphrase, cancellation: cancellation);

    /// <summary>Checks that a repository could be made, and makes nothing.</summary>
    /// <param name="location">Where the repository goes.</param>
    /// <param name="keyFile">Where the master keyfile goes.</param>
    /// <param name="overwriteKeyFile">Whether an existing file there may be replaced.</param>
    /// <param name="options">How the store is used.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="RekkordException">There is a repository already (<c>RepositoryExists</c>), the place is not empty (<c>DirectoryNotEmpty</c>), or the keyfile exists (<c>KeyFileExists</c>).</exception>
    public static void Rehearse(string location, string keyFile, bool overwriteKeyFile, StoreOptions options, CancellationToken cancellation)
    {
        if (!overwriteKeyFile)
            KeyFile.RequireFree(keyFile);
        try
        {
            using var store = ObjectStore.Open(location, options, cancellation);
            RequireEmpty(store, cancellation);
        }
        catch (StorageException error) when (error.ErrorId == "RepositoryNotFound")
        {
            // What is not there is made.
        }
    }

    internal static RepositoryAccess Run(
        IObjectStore store, string keyFile, bool overwriteKeyFile, Passphrase? passphrase = null, IDurableFiles? keyFiles = null, CancellationToken cancellation = default)
    {
        RequireEmpty(store, cancellation);
        var files = keyFiles ?? SystemFiles.Instance;

        // An old keyfile is replaced only when there is a repository for the new one: it may be the only one of another.
        var replaces = overwriteKeyFile && File.Exists(keyFile);
        var written = replaces ? $"{keyFile}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.new" : keyFile;
        var keys = KeyMaterial.CreateMaster();
        WriteKeyFile(written, keys, passphrase, files);
        var repository = Initialize(store, keys, written, files, cancellation);
        if (!replaces)
            return repository;
        try
        {
            KeyFile.Replace(written, keyFile, files);
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    private static void RequireEmpty(IObjectStore store, CancellationToken cancellation)
    {
        if (store.Exists(ObjectName.Descriptor, cancellation))
            throw RepositoryAccess.AlreadyExists(store.Location);
        if (store.Enumerate("", cancellation).Any())
        {
            throw new RekkordException(
                "DirectoryNotEmpty",
                RekkordErrorKind.AlreadyExists,
                $"'{store.Location}' is not empty and not a repository. Choose an empty or new directory.",
                store.Location);
        }
    }

    /// <summary>Writes the keyfile, which is of use only when it stays: without it, nobody could open the repository.</summary>
    private static void WriteKeyFile(string path, KeyMaterial keys, Passphrase? passphrase, IDurableFiles files)
    {
        try
        {
            KeyFile.Write(path, keys, overwrite: false, passphrase, files);
        }
        catch (RekkordException error) when (error.ErrorId == KeyFile.NotDurable)
        {
            var removal = TryDelete(path, files) is { } reason ? $"The keyfile opens nothing, but could not be removed ({reason}). Remove it." : "It was removed.";
            throw new RekkordException(
                error.ErrorId,
                error.Kind,
                $"No repository was made, because its keyfile '{path}' may not survive a power cut ({error.InnerException?.Message}). {removal} Choose another place for it with -KeyFile.",
                path,
                error);
        }
    }

    private static RepositoryAccess Initialize(IObjectStore store, KeyMaterial keys, string keyFile, IDurableFiles files, CancellationToken cancellation)
    {
        var isHandedOver = false;
        try
        {
            return RepositoryAccess.Initialize(store, keys, ChunkSizes.Default, () => isHandedOver = true, cancellation);
        }
        catch (Exception error)
        {
            // What a store was given it may still write, whatever it says of it now, and only this key ever opens that. A key that
            // certainly opens nothing would only be mistaken for one that does.
            if (isHandedOver)
                throw Failed(error, $"The repository may exist all the same, or appear later. Its master key is kept in '{keyFile}'.", keyFile);
            if (TryDelete(keyFile, files) is { } reason)
                throw Failed(error, $"The keyfile '{keyFile}' opens nothing, but could not be removed ({reason}). Remove it.", keyFile);
            throw;
        }
    }

    private static RekkordException Failed(Exception error, string addition, string keyFile) => error is RekkordException known
        ? new RekkordException(known.ErrorId, known.Kind, $"{known.Message} {addition}", known.Target, known)
        : new RekkordException("RepositoryNotCreated", RekkordErrorKind.WriteError, $"The repository could not be made: {error.Message} {addition}", keyFile, error);

    /// <summary>Removes a file.</summary>
    /// <returns>Why it could not be removed; null when it was.</returns>
    private static string? TryDelete(string path, IDurableFiles files)
    {
        try
        {
            files.DeleteFile(path);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}

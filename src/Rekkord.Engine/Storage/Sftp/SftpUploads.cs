using System.Security.Cryptography;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>Puts objects: writes a temporary file, flushes it and gives it its name.</summary>
/// <param name="store">Where.</param>
internal sealed class SftpUploads(SftpObjectStore store)
{
    private const int RandomLength = 8;

    // What is on its way at once.
    private const int Window = 4 * 1024 * 1024;

    // r--r--r--, of which the account's umask may take some: an object is not written again, and a server that forbids removing and renaming keeps it so.
    private const uint ReadOnly = 0x124;

    // Whether new names are made as links: renaming is forbidden, or replaces.
    private volatile bool _links;

    /// <summary>Whether a name is one that a temporary file has.</summary>
    public static bool IsTemporary(string name) => name.Length == RandomLength * 2 && name.All(char.IsAsciiHexDigitLower);

    /// <summary>Puts an object.</summary>
    /// <returns>Whether it was made.</returns>
    public async Task<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        var connection = await store.GetConnectionAsync(cancellation).ConfigureAwait(false);
        var temporary = CreateTemporaryPath();
        var looking = store.LookAtWayAsync(connection, name);
        var checking = store.RequireFolderAsync(connection, StoreNames.TemporaryFolder);
        var opening = OpenTemporaryAsync(connection, temporary, cancellation);
        var (isClosed, isPublished) = (false, false);
        try
        {
            // The look costs no time beside the opening, and saves sending what is there already.
            var found = await looking.WaitAsync(cancellation).ConfigureAwait(false);
            await checking.WaitAsync(cancellation).ConfigureAwait(false);
            var handle = await opening.WaitAsync(cancellation).ConfigureAwait(false);
            if (found is { Kind: not FileKind.File })
                throw new ObstacleException(name, found.Value.Kind);
            if (found is not null && mode == PutMode.Create)
                return false;
            var answers = await WriteAsync(connection, handle, content, cancellation).ConfigureAwait(false);

            // Flushed and closed in the round trip of the last bytes: whether these arrived is seen before the file gets its name.
            answers.Enqueue(connection.FlushAsync(handle));
            isClosed = true;
            answers.Enqueue(connection.CloseAsync(handle));
            await Task.WhenAll(answers).WaitAsync(cancellation).ConfigureAwait(false);
            return isPublished = await PublishAsync(connection, temporary, name, mode, cancellation).ConfigureAwait(false);
        }
        catch (SftpException error) when (error.Status == SftpStatus.Failure)
        {
            if (await connection.IsFullAsync(store.PathOf("")).WaitAsync(cancellation).ConfigureAwait(false))
                throw SftpErrors.Full(store.Location, name, error);
            throw;
        }
        finally
        {
            // The number of a file that was closed may be another one's already.
            if (!isClosed)
                connection.CloseWhenOpen(opening);
            if ((!isPublished || _links) && connection.IsAlive)
                connection.SendOnly(new SftpRequest(SftpPacketType.Remove).Add(temporary));
        }
    }

    /// <summary>Tries out whether of two that make a name the second is refused, by renaming or else by a link.</summary>
    public async Task<bool> TryExclusiveCreateAsync(CancellationToken cancellation)
    {
        var connection = await store.GetConnectionAsync(cancellation).ConfigureAwait(false);
        var (one, other, name) = (CreateTemporaryPath(), CreateTemporaryPath(), CreateTemporaryPath());
        var handles = await Task.WhenAll(OpenTemporaryAsync(connection, one, cancellation), OpenTemporaryAsync(connection, other, cancellation)).WaitAsync(cancellation).ConfigureAwait(false);
        var closing = Task.WhenAll(handles.Select(connection.CloseAsync));
        var canLink = connection.Has(SftpExtensions.HardLink);
        var firstLink = canLink ? DoneAsync(connection.LinkAsync(one, name)) : Task.FromResult(false);
        var secondLink = canLink ? DoneAsync(connection.LinkAsync(other, name)) : Task.FromResult(true);
        var rename = DoneAsync(connection.RenameAsync(other, one));
        var removals = new[] { one, other, name }.Select(path => DoneAsync(connection.RemoveAsync(path))).ToList();
        await Task.WhenAll([closing, firstLink, secondLink, rename, .. removals]).WaitAsync(cancellation).ConfigureAwait(false);
        var linksExclude = await firstLink.ConfigureAwait(false) && !await secondLink.ConfigureAwait(false);
        _links = linksExclude && await rename.ConfigureAwait(false);
        return linksExclude || !await rename.ConfigureAwait(false);
    }

    private string CreateTemporaryPath() =>
        store.PathOf($"{StoreNames.TemporaryFolder}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomLength))}");

    private async Task<byte[]> OpenTemporaryAsync(SftpConnection connection, string path, CancellationToken cancellation)
    {
        const SftpOpenModes modes = SftpOpenModes.Write | SftpOpenModes.Create | SftpOpenModes.Exclusive;
        try
        {
            return await connection.OpenAsync(path, modes, ReadOnly).ConfigureAwait(false);
        }
        catch (SftpException error) when (error.IsMissing())
        {
            await store.MakeFolderAsync(StoreNames.TemporaryFolder, cancellation).ConfigureAwait(false);
            return await connection.OpenAsync(path, modes, ReadOnly).ConfigureAwait(false);
        }
    }

    private static async Task<Queue<Task>> WriteAsync(SftpConnection connection, byte[] handle, ObjectContent content, CancellationToken cancellation)
    {
        using var stream = content.OpenRead();
        var answers = new Queue<Task>();
        for (var offset = 0L; offset < content.Length;)
        {
            var length = (int)Math.Min(connection.WriteLength, content.Length - offset);
            var request = new SftpRequest(SftpPacketType.Write, handle.Length + length + 32).Add(handle).Add(offset);
            await stream.ReadExactlyAsync(request.AddContent(length), cancellation).ConfigureAwait(false);
            answers.Enqueue(connection.DoAsync(request));
            offset += length;
            while (answers.Count * (long)connection.WriteLength > Window)
                await answers.Dequeue().WaitAsync(cancellation).ConfigureAwait(false);
        }

        return answers;
    }

    private async Task<bool> PublishAsync(SftpConnection connection, string temporary, string name, PutMode mode, CancellationToken cancellation)
    {
        var path = store.PathOf(name);
        for (var hasFolder = false; ;)
        {
            try
            {
                await GiveNameAsync(connection, temporary, path, mode).WaitAsync(cancellation).ConfigureAwait(false);
                return true;
            }
            catch (SftpException error) when (error.IsMissing() && !hasFolder)
            {
                await store.MakeFolderAsync(SftpObjectStore.FolderOf(name), cancellation).ConfigureAwait(false);
                hasFolder = true;
            }
            catch (SftpException error) when (error.Status == SftpStatus.PermissionDenied && mode == PutMode.Create && !_links && connection.Has(SftpExtensions.HardLink))
            {
                _links = true;
            }
            catch (SftpException) when (mode == PutMode.Create)
            {
                // Servers do not say that the name exists, so it is looked at.
                if (await connection.LookAtAsync(path).WaitAsync(cancellation).ConfigureAwait(false) is not { Kind: FileKind.File })
                    throw;
                return false;
            }
        }
    }

    private async Task GiveNameAsync(SftpConnection connection, string temporary, string path, PutMode mode)
    {
        if (mode == PutMode.Create)
        {
            await (_links ? connection.LinkAsync(temporary, path) : connection.RenameAsync(temporary, path)).ConfigureAwait(false);
        }
        else if (connection.Has(SftpExtensions.ReplacingRename))
        {
            await connection.ReplaceAsync(temporary, path).ConfigureAwait(false);
        }
        else if (!await DoneAsync(connection.RenameAsync(temporary, path)).ConfigureAwait(false))
        {
            // A server without a step for both: for a moment there is neither.
            await DoneAsync(connection.RemoveAsync(path)).ConfigureAwait(false);
            await connection.RenameAsync(temporary, path).ConfigureAwait(false);
        }
    }

    private static async Task<bool> DoneAsync(Task request)
    {
        try
        {
            await request.ConfigureAwait(false);
            return true;
        }
        catch (SftpException)
        {
            return false;
        }
    }
}

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>
/// The operations of SFTP. Each has sent its request when it returns its task, so that requests whose answers are not needed for one another share
/// a round trip.
/// </summary>
internal static class SftpOperations
{
    private const uint NoAttributes = 0, HasPermissions = 0x04;

    /// <summary>Looks at what stands under a path, a link itself; null when there is nothing.</summary>
    public static Task<SftpAttributes?> LookAtAsync(this SftpConnection connection, string path) => LookAtAsync(connection, SftpPacketType.LinkStatus, path);

    /// <summary>Looks at what a path leads to; null when there is nothing.</summary>
    public static Task<SftpAttributes?> LookAtTargetAsync(this SftpConnection connection, string path) => LookAtAsync(connection, SftpPacketType.FileStatus, path);

    /// <summary>Opens a file.</summary>
    /// <returns>Its handle.</returns>
    public static Task<byte[]> OpenAsync(this SftpConnection connection, string path, SftpOpenModes modes, uint? permissions = null)
    {
        var request = new SftpRequest(SftpPacketType.Open).Add(path).Add((uint)modes);
        return ReadHandleAsync(connection.SendAsync(permissions is { } mode ? request.Add(HasPermissions).Add(mode) : request.Add(NoAttributes)));
    }

    /// <summary>Opens a directory to list it.</summary>
    /// <returns>Its handle.</returns>
    public static Task<byte[]> OpenDirectoryAsync(this SftpConnection connection, string path) =>
        ReadHandleAsync(connection.SendAsync(new SftpRequest(SftpPacketType.OpenDirectory).Add(path)));

    /// <summary>Reads the next entries of a directory; null at its end.</summary>
    public static async Task<List<(string Name, SftpAttributes Attributes)>?> ReadDirectoryAsync(this SftpConnection connection, byte[] handle)
    {
        using var reply = await connection.SendAsync(SftpRequest.For(SftpPacketType.ReadDirectory, handle)).ConfigureAwait(false);
        if (IsEnd(reply, SftpPacketType.Name))
            return null;
        var entries = new List<(string, SftpAttributes)>();
        for (var count = reply.ReadUInt32(); count > 0; count--)
        {
            var name = reply.ReadString();
            reply.ReadBytes();
            entries.Add((name, reply.ReadAttributes()));
        }

        return entries;
    }

    /// <summary>Reads a part of a file: the answer, whose next bytes are the content; null at the file's end.</summary>
    public static async Task<SftpReply?> ReadAsync(this SftpConnection connection, byte[] handle, long offset, int length)
    {
        var request = new SftpRequest(SftpPacketType.Read) { AnswerLength = length }.Add(handle).Add(offset).Add((uint)length);
        var reply = await connection.SendAsync(request).ConfigureAwait(false);
        try
        {
            if (!IsEnd(reply, SftpPacketType.Data))
                return reply;
            reply.Dispose();
            return null;
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    /// <summary>Flushes a file to the server's disk, where the server can.</summary>
    public static Task FlushAsync(this SftpConnection connection, byte[] handle) => connection.Has(SftpExtensions.Flush)
        ? connection.DoAsync(SftpRequest.Extended(SftpExtensions.Flush).Add(handle))
        : Task.CompletedTask;

    /// <summary>Closes a file that is about to be opened, or was, or could not be, without waiting for that.</summary>
    public static void CloseWhenOpen(this SftpConnection connection, Task<byte[]> opening) => opening.ContinueWith(
        handle =>
        {
            if (handle.IsCompletedSuccessfully && connection.IsAlive)
                connection.SendOnly(SftpRequest.For(SftpPacketType.Close, handle.Result));
            else
                _ = handle.Exception;
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    /// <summary>Closes a file or directory.</summary>
    public static Task CloseAsync(this SftpConnection connection, byte[] handle) => connection.DoAsync(SftpRequest.For(SftpPacketType.Close, handle));

    /// <summary>Removes a file.</summary>
    public static Task RemoveAsync(this SftpConnection connection, string path) => connection.DoAsync(new SftpRequest(SftpPacketType.Remove).Add(path));

    /// <summary>Makes a directory.</summary>
    public static Task MakeDirectoryAsync(this SftpConnection connection, string path) =>
        connection.DoAsync(new SftpRequest(SftpPacketType.MakeDirectory).Add(path).Add(NoAttributes));

    /// <summary>Renames a file. By the protocol, that fails when the new name exists; there are servers that replace it.</summary>
    public static Task RenameAsync(this SftpConnection connection, string path, string newPath) =>
        connection.DoAsync(new SftpRequest(SftpPacketType.Rename).Add(path).Add(newPath));

    /// <summary>Renames a file and replaces what has the new name.</summary>
    public static Task ReplaceAsync(this SftpConnection connection, string path, string newPath) =>
        connection.DoAsync(SftpRequest.Extended(SftpExtensions.ReplacingRename).Add(path).Add(newPath));

    /// <summary>Gives a file another name beside its own.</summary>
    public static Task LinkAsync(this SftpConnection connection, string path, string newPath) =>
        connection.DoAsync(SftpRequest.Extended(SftpExtensions.HardLink).Add(path).Add(newPath));

    /// <summary>Whether the file system of a path has no room left; false when the server does not tell.</summary>
    public static async Task<bool> IsFullAsync(this SftpConnection connection, string path)
    {
        const int skippedFields = 4;
        if (!connection.Has(SftpExtensions.FileSystemStatus))
            return false;
        using var reply = await connection.SendAsync(SftpRequest.Extended(SftpExtensions.FileSystemStatus).Add(path)).ConfigureAwait(false);
        if (reply.Type != SftpPacketType.ExtendedReply)
            return false;
        for (var i = 0; i < skippedFields; i++)
            reply.ReadInt64();
        return reply.ReadInt64() == 0;
    }

    /// <summary>Makes a request that is answered with a mere result.</summary>
    public static async Task DoAsync(this SftpConnection connection, SftpRequest request)
    {
        using var reply = await connection.SendAsync(request).ConfigureAwait(false);
        if (StatusOf(reply) is var status and not SftpStatus.Ok)
            throw SftpException.From(status, reply);
    }

    private static async Task<SftpAttributes?> LookAtAsync(SftpConnection connection, SftpPacketType type, string path)
    {
        using var reply = await connection.SendAsync(new SftpRequest(type).Add(path)).ConfigureAwait(false);
        if (reply.Type == SftpPacketType.Attributes)
            return reply.ReadAttributes();
        return StatusOf(reply) is var status and not SftpStatus.NoSuchFile ? throw SftpException.From(status, reply) : null;
    }

    private static async Task<byte[]> ReadHandleAsync(Task<SftpReply> answer)
    {
        using var reply = await answer.ConfigureAwait(false);
        return reply.Type == SftpPacketType.Handle ? reply.ReadBytes().ToArray() : throw SftpException.From(StatusOf(reply), reply);
    }

    /// <summary>Whether there is no more. What is neither that nor content is an error.</summary>
    private static bool IsEnd(SftpReply reply, SftpPacketType content)
    {
        if (reply.Type == content)
            return false;
        return StatusOf(reply) is var status and not SftpStatus.EndOfFile ? throw SftpException.From(status, reply) : true;
    }

    private static SftpStatus StatusOf(SftpReply reply) => reply.Type == SftpPacketType.Status ? (SftpStatus)reply.ReadUInt32() : throw new InvalidDataException();
}

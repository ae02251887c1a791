namespace Rekkord.Engine.Storage.Sftp;

/// <summary>A file that is open for reading. Disposing of it closes it on the server, without waiting for that.</summary>
/// <param name="connection">Where it is open.</param>
/// <param name="handle">Its handle.</param>
/// <param name="size">Its size when it was opened.</param>
internal sealed class SftpFile(SftpConnection connection, byte[] handle, long size) : IDisposable
{
    // What is on its way at once: enough for a fast line with a long delay.
    private const int Window = 4 * 1024 * 1024;

    private int _isClosed;

    public long Size => size;

    /// <summary>How many bytes one request reads at most.</summary>
    public int ReadLength => connection.ReadLength;

    /// <summary>Reads spans of it, with many requests on their way at once.</summary>
    /// <param name="spans">Their places and lengths.</param>
    /// <param name="take">Is given what was read, with its place.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>Whether all was there; false when the file ends before.</returns>
    public async Task<bool> ReadAsync(IEnumerable<(long Offset, long Length)> spans, Action<long, ReadOnlySpan<byte>> take, CancellationToken cancellation)
    {
        var requests = new Queue<(long Offset, int Length, Task<SftpReply?> Answer)>();
        foreach (var (offset, length) in spans.SelectMany(Cut))
        {
            while (requests.Count * (long)ReadLength >= Window)
            {
                if (!await TakeAsync(requests, take, cancellation).ConfigureAwait(false))
                    return false;
            }

            requests.Enqueue((offset, length, connection.ReadAsync(handle, offset, length)));
        }

        while (requests.Count > 0)
        {
            if (!await TakeAsync(requests, take, cancellation).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    /// <summary>Asks for a part of it, of at most <see cref="ReadLength"/>.</summary>
    public Task<SftpReply?> RequestAsync(long offset, int length) => connection.ReadAsync(handle, offset, length);

    public void Dispose()
    {
        // Once only: the server gives the number of a closed file to another.
        if (Interlocked.Exchange(ref _isClosed, 1) == 0 && connection.IsAlive)
            connection.SendOnly(SftpRequest.For(SftpPacketType.Close, handle));
    }

    private IEnumerable<(long Offset, int Length)> Cut((long Offset, long Length) span)
    {
        for (var done = 0L; done < span.Length; done += ReadLength)
            yield return (span.Offset + done, (int)Math.Min(ReadLength, span.Length - done));
    }

    /// <summary>Takes the oldest answer, and asks for what a short one left out.</summary>
    private async Task<bool> TakeAsync(Queue<(long Offset, int Length, Task<SftpReply?> Answer)> requests, Action<long, ReadOnlySpan<byte>> take, CancellationToken cancellation)
    {
        var (offset, length, answer) = requests.Dequeue();
        while (true)
        {
            using var reply = await answer.WaitAsync(cancellation).ConfigureAwait(false);
            if (reply is null)
                return false;
            var read = Take(reply, offset, length, take);
            (offset, length) = (offset + read, length - read);
            if (length == 0)
                return true;
            answer = connection.ReadAsync(handle, offset, length);
        }
    }

    private static int Take(SftpReply reply, long offset, int length, Action<long, ReadOnlySpan<byte>> take)
    {
        var bytes = reply.ReadBytes();
        if (bytes.Length > length || bytes.IsEmpty)
            throw new InvalidDataException();
        take(offset, bytes);
        return bytes.Length;
    }
}

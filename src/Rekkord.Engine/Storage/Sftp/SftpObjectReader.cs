namespace Rekkord.Engine.Storage.Sftp;

/// <summary>An object that is read from a place to its end, with requests on their way ahead of its reader.</summary>
/// <param name="file">The file; is closed with it.</param>
/// <param name="offset">The place.</param>
/// <param name="truncated">Makes the error of an object that ends too early.</param>
/// <param name="translate">Makes a store's error of what reading raises; null for what is none of a server's.</param>
internal sealed class SftpObjectReader(SftpFile file, long offset, Func<StorageException> truncated, Func<Exception, StorageException?> translate) : ObjectStream
{
    private const int AheadLength = 2 * 1024 * 1024;

    private readonly Queue<(int Length, Task<SftpReply?> Answer)> _ahead = new();
    private readonly byte[] _piece = new byte[file.ReadLength];
    private long _asked = offset;
    private long _position = offset;
    private int _start, _end;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_start == _end)
        {
            try
            {
                await FillAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (translate(error) is { } known)
            {
                throw known;
            }
        }

        var read = Math.Min(buffer.Length, _end - _start);
        _piece.AsMemory(_start, read).CopyTo(buffer);
        _start += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        while (_asked < file.Size && _asked - _position < AheadLength)
        {
            var length = (int)Math.Min(file.ReadLength, file.Size - _asked);
            _ahead.Enqueue((length, file.RequestAsync(_asked, length)));
            _asked += length;
        }

        if (_ahead.Count == 0)
            return;
        (_start, _end) = (0, 0);
        var (wanted, answer) = _ahead.Dequeue();
        while (true)
        {
            using var reply = await answer.WaitAsync(cancellation).ConfigureAwait(false) ?? throw truncated();
            Take(reply, wanted - _end);
            if (_end == wanted)
                break;
            answer = file.RequestAsync(_position + _end, wanted - _end);
        }

        _position += wanted;
    }

    private void Take(SftpReply reply, int most)
    {
        var bytes = reply.ReadBytes();
        if (bytes.IsEmpty || bytes.Length > most)
            throw new InvalidDataException();
        bytes.CopyTo(_piece.AsSpan(_end));
        _end += bytes.Length;
    }
}

using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// One object of a <see cref="DirectoryObjectStore"/>, read from a place to its end. Unlike a file stream's, its asynchronous reads are done when
/// they return, on the caller's thread.
/// </summary>
internal sealed class DirectoryObjectReader(string location, string name, SafeFileHandle file, long offset) : ObjectStream
{
    private long _position = offset;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = RandomAccess.Read(file, buffer, _position);
            _position += read;
            return read;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.ReadFailed(location, name, error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }
}

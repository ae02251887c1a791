namespace Rekkord.Engine.Storage;

/// <summary>What comes, up to the length that the server announced. Less is an error that may pass.</summary>
/// <param name="response">What is closed with it.</param>
/// <param name="content">What comes.</param>
/// <param name="length">How much is to come.</param>
/// <param name="stallLimit">How long a read may go without a byte.</param>
/// <param name="translate">Says what an error means, and whether nothing came for too long.</param>
internal sealed class DownloadStream(IDisposable response, Stream content, long length, TimeSpan stallLimit, Func<Exception, bool, StorageException> translate) : ObjectStream
{
    private const int MostAtOnce = 64 * 1024;

    private long _left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        using var guard = new StallGuard(stallLimit, cancellationToken);
        try
        {
            // All that there is room for, up to a limit: a server that sends a byte at a time must not have a new time for each.
            var wanted = (int)Math.Min(Math.Min(buffer.Length, MostAtOnce), _left);
            await content.ReadExactlyAsync(buffer[..wanted], guard.Token).ConfigureAwait(false);
            _left -= wanted;
            return wanted;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            throw translate(error, guard.IsOver);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new OperationCanceledException(error.Message, error, cancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        // What has not come yet is not waited for.
        response.Dispose();
        base.Dispose(disposing);
    }
}

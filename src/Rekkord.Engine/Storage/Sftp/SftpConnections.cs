namespace Rekkord.Engine.Storage.Sftp;

/// <summary>
/// The connections of a store. Each costs about a second and a process, so there is one until it has much to carry; one that broke is left behind,
/// and the next request makes another.
/// </summary>
internal sealed class SftpConnections : IDisposable
{
    // Bytes on their way in one connection from which on another one is worth it.
    private const long MuchLoad = 4 * 1024 * 1024;

    private readonly Func<CancellationToken, Task<SftpConnection>> _open;
        private readonly CancellationTokenSource _closed = new();
    private readonly Lock _lock = new();
    private readonly List<SftpConnection> _all = [];
    private int _limit;
    private Task<SftpConnection>? _opening;
    private long _requestsOfBroken;

    /// <param name="open">Makes a connection.</param>
    /// <param name="limit">How many there are at most.</param>
    public SftpConnections(Func<CancellationToken, Task<SftpConnection>> open, int limit) => (_open, _limit) = (open, limit);

    /// <summary>How many requests were made.</summary>
    public long Requests
    {
        get
        {
            lock (_lock)
                return _requestsOfBroken + _all.Sum(connection => connection.Requests);
        }
    }

    /// <summary>A connection to send requests on: the one with the least to carry.</summary>
    /// <exception cref="StorageException">None can be made.</exception>
    public async ValueTask<SftpConnection> GetAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Task<SftpConnection> opening;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
            DropBroken();
            var best = _all.MinBy(connection => connection.Load);
            if (best is not null && best.Load < MuchLoad)
                return best;
            if (best is null || _all.Count < _limit)
                _opening ??= Task.Run(OpenAsync);

            // More work does not wait for one more connection.
            if (best is not null)
                return best;
            opening = _opening!;
        }

        return await opening.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Closes all.</summary>
    public void Dispose()
    {
        Task<SftpConnection>? opening;
        SftpConnection[] all;
        lock (_lock)
        {
            _closed.Cancel();
            opening = _opening;
            all = [.. _all];
            _all.Clear();
        }

        Parallel.ForEach(all, connection => connection.Dispose());
        if (opening is not null)
            Task.WhenAny(opening).Wait();
    }

    private async Task<SftpConnection> OpenAsync()
    {
        var isOpen = false;
        try
        {
            var connection = await _open(_closed.Token).ConfigureAwait(false);
            lock (_lock)
            {
                if (!_closed.IsCancellationRequested)
                {
                    _all.Add(connection);
                    isOpen = true;
                    return connection;
                }
            }

            connection.Dispose();
            throw new OperationCanceledException(_closed.Token);
        }
        finally
        {
            lock (_lock)
            {
                _opening = null;

                // Servers and firewalls limit how many there may be.
                _limit = isOpen || _all.Count == 0 ? _limit : _all.Count;
            }
        }
    }

    private void DropBroken()
    {
        foreach (var broken in _all.Where(connection => !connection.IsAlive).ToList())
        {
            _all.Remove(broken);
            _requestsOfBroken += broken.Requests;
            broken.Dispose();
        }
    }
}

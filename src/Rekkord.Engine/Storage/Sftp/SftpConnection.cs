using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>
/// One session of SFTP. Any number of requests are under way on it: each is sent at once, and the server answers when it can. One thread writes, another
/// reads, so that a server that takes nothing and says nothing holds up neither the callers nor their cancellation. Nothing of a caller's is touched by these threads:
/// what is sent was copied, and an answer is the caller's own.
/// </summary>
internal sealed class SftpConnection : IDisposable
{
    private const uint Version = 3;

    // A server that does not take what is left has left it unread for other reasons.
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(1);

    // Keys are exchanged and accounts looked up meanwhile.
    private static readonly TimeSpan BeginningTime = TimeSpan.FromSeconds(60);

    // What every server takes and gives.
    private const int UsualLength = 32 * 1024;
    private const int LongestLength = 255 * 1024, LongestPacket = 1024 * 1024;

    private readonly ISftpTransport _transport;
    private readonly BlockingCollection<(SftpRequest Request, uint Number)> _toSend = [];
    private readonly ConcurrentDictionary<uint, PendingRequest> _pending = new();
    private readonly Timer _watch;
    private readonly Thread _sender;
    private readonly TaskCompletionSource<SftpReply> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HashSet<string> _extensions = [];
    private TimeSpan _timeout = BeginningTime;
    private StorageException? _failure;
    private uint _lastNumber;
    private long _load;
    private long _lastSign;

    private SftpConnection(ISftpTransport transport, TimeSpan timeout)
    {
        _transport = transport;
        _lastSign = Environment.TickCount64;
        _sender = Start(Send, "send");
        Start(Receive, "receive");
        _watch = new Timer(_ => Watch(), null, timeout / 4, timeout / 4);
    }

    /// <summary>Whether it can take requests.</summary>
    public bool IsAlive => Volatile.Read(ref _failure) is null;

    /// <summary>How many bytes are on their way in either direction.</summary>
    public long Load => Interlocked.Read(ref _load);

    /// <summary>How many requests were made.</summary>
    public long Requests => Volatile.Read(ref _lastNumber);

    /// <summary>How many bytes one request reads at most.</summary>
    public int ReadLength { get; private set; } = UsualLength;

    /// <summary>How many bytes one request writes at most.</summary>
    public int WriteLength { get; private set; } = UsualLength;

    /// <summary>Begins a session.</summary>
    /// <param name="transport">The way to the server; belongs to the session afterwards.</param>
    /// <param name="timeout">How long the server may leave requests unanswered.</param>
    /// <param name="cancellation">Ends the beginning.</param>
    /// <exception cref="StorageException">The server is not reached, or speaks something else.</exception>
    public static async Task<SftpConnection> OpenAsync(ISftpTransport transport, TimeSpan timeout, CancellationToken cancellation)
    {
        var connection = new SftpConnection(transport, timeout);
        try
        {
            await connection.BeginAsync(cancellation).ConfigureAwait(false);
            connection._timeout = timeout;
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether the server has announced an extension.</summary>
    public bool Has(string extension) => _extensions.Contains(extension);

    /// <summary>Sends a request. It is sent when this returns, in the order of the calls, and the answer is waited for with the task.</summary>
    /// <param name="request">The request; its buffer belongs to the connection afterwards.</param>
    /// <exception cref="StorageException">The connection broke (transient).</exception>
    public Task<SftpReply> SendAsync(SftpRequest request)
    {
        var pending = new PendingRequest(request.Weight);
        if (_pending.IsEmpty)
            Interlocked.Exchange(ref _lastSign, Environment.TickCount64);
        var number = Interlocked.Increment(ref _lastNumber);
        _pending[number] = pending;
        Interlocked.Add(ref _load, pending.Weight);
        Enqueue(request, number);
        if (Volatile.Read(ref _failure) is { } failure && _pending.TryRemove(number, out _))
            pending.Answer.TrySetException(failure);
        return pending.Answer.Task;
    }

    /// <summary>Sends a request whose answer nobody waits for.</summary>
    public void SendOnly(SftpRequest request) => SendAsync(request).ContinueWith(
        static answer =>
        {
            if (answer.IsCompletedSuccessfully)
                answer.Result.Dispose();
            else
                _ = answer.Exception;
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    /// <summary>Gives it up: every request that is under way fails, and may be repeated on another.</summary>
    /// <param name="reason">Why, a sentence.</param>
    public void Abandon(string reason) => Fail(_transport.Lost(reason));

    /// <summary>Waits a moment for what was sent, and closes the way to the server.</summary>
    public void Dispose()
    {
        _toSend.CompleteAdding();
        if (IsAlive && _sender.Join(ClosingTime))
            _transport.Close(ClosingTime);
        Fail(_transport.Lost("It was closed."));
        _watch.Dispose();
        _transport.Dispose();
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        using var stop = cancellation.UnsafeRegister(_ => Abandon("It was stopped."), null);
        try
        {
            _pending[uint.MaxValue] = new PendingRequest(0);
            Enqueue(new SftpRequest(SftpPacketType.Init), Version);
            using (var greeting = await _greeting.Task.ConfigureAwait(false))
                ReadGreeting(greeting);
            _transport.HasBegun();
            _pending.TryRemove(uint.MaxValue, out _);
            if (!Has(SftpExtensions.Limits))
                return;
            using var limits = await SendAsync(SftpRequest.Extended(SftpExtensions.Limits)).ConfigureAwait(false);
            if (limits.Type == SftpPacketType.ExtendedReply)
                ReadLimits(limits);
        }
        catch (InvalidDataException error)
        {
            throw _transport.NotSftp(error);
        }
        catch (StorageException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (StorageException error) when (error.ErrorId == SftpErrors.LostId)
        {
            throw await _transport.ExplainAsync(error, cancellation).ConfigureAwait(false);
        }
    }

    private void Enqueue(SftpRequest request, uint number)
    {
        try
        {
            _toSend.Add((request, number));
        }
        catch (InvalidOperationException)
        {
            // It has failed meanwhile, and who waits for the answer is told.
            request.Release();
        }
    }

    private void ReadGreeting(SftpReply greeting)
    {
        if (greeting.Type != SftpPacketType.Version || greeting.Number < Version)
            throw new InvalidDataException();
        var extensions = new HashSet<string>(StringComparer.Ordinal);
        while (greeting.HasRest)
        {
            extensions.Add(greeting.ReadString());
            greeting.ReadBytes();
        }

        _extensions = extensions;
    }

    private void ReadLimits(SftpReply limits)
    {
        limits.ReadInt64();
        ReadLength = Limit(limits.ReadInt64());
        WriteLength = Limit(limits.ReadInt64());

        static int Limit(long told) => told > 0 ? (int)Math.Clamp(told, UsualLength, LongestLength) : UsualLength;
    }

    private static Thread Start(Action loop, string name)
    {
        var thread = new Thread(() => loop()) { IsBackground = true, Name = $"Rekkord SFTP {name}" };
        thread.Start();
        return thread;
    }

    private void Send()
    {
        try
        {
            foreach (var (request, number) in _toSend.GetConsumingEnumerable())
            {
                // Those that come close together leave in one piece.
                _transport.Output.Write(request.Complete(number));
                request.Release();
                if (_toSend.Count == 0)
                    _transport.Output.Flush();
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Fail(_transport.Lost("It broke."));
        }
    }

    private void Receive()
    {
        try
        {
            var header = new byte[sizeof(uint)];
            while (true)
            {
                _transport.Input.ReadExactly(header);
                var length = BinaryPrimitives.ReadUInt32BigEndian(header);
                if (length is < 5 or > LongestPacket)
                    throw new InvalidDataException();
                var packet = ArrayPool<byte>.Shared.Rent((int)length);
                _transport.Input.ReadExactly(packet, 0, (int)length);
                Interlocked.Exchange(ref _lastSign, Environment.TickCount64);
                Deliver(new SftpReply(packet, (int)length));
            }
        }
        catch (InvalidDataException error)
        {
            Fail(_transport.NotSftp(error));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Fail(_transport.Lost("The server, or ssh, closed it."));
        }
    }

    private void Deliver(SftpReply reply)
    {
        if (reply.Type == SftpPacketType.Version)
        {
            _greeting.TrySetResult(reply);
            return;
        }

        if (!_pending.TryRemove(reply.Number, out var pending))
            throw new InvalidDataException();
        Interlocked.Add(ref _load, -pending.Weight);
        pending.Answer.TrySetResult(reply);
    }

    private void Watch()
    {
        if (!_pending.IsEmpty && Environment.TickCount64 - Interlocked.Read(ref _lastSign) > _timeout.TotalMilliseconds)
            Abandon($"The server has not answered for {_timeout.TotalSeconds:0.#} seconds.");
    }

    private void Fail(StorageException failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is not null)
            return;
        _transport.Abort();
        _toSend.CompleteAdding();
        _greeting.TrySetException(failure);
        foreach (var number in _pending.Keys)
        {
            if (_pending.TryRemove(number, out var pending))
                pending.Answer.TrySetException(failure);
        }
    }

    private sealed class PendingRequest(int weight)
    {
        public int Weight => weight;

        public TaskCompletionSource<SftpReply> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>The way to a server: two streams of bytes, and words for why it ended.</summary>
internal interface ISftpTransport : IDisposable
{
    /// <summary>What the server sends.</summary>
    Stream Input { get; }

    /// <summary>What is sent to it.</summary>
    Stream Output { get; }

    /// <summary>Told when the session has begun: what only that needed is removed.</summary>
    void HasBegun();

    /// <summary>Ends it in order: what was sent arrives, if the server takes it in that time.</summary>
    void Close(TimeSpan time);

    /// <summary>Ends it at once, from any thread.</summary>
    void Abort();

    /// <summary>The error when it ends while it is used (transient).</summary>
    StorageException Lost(string reason);

    /// <summary>The error when what comes is not SFTP.</summary>
    StorageException NotSftp(Exception inner);

    /// <summary>The error when it ended before the session began: why it did, and what to do.</summary>
    Task<StorageException> ExplainAsync(StorageException error, CancellationToken cancellation);
}

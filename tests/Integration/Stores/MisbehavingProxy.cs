using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>What becomes of one connection. A count of bytes that is not given is never reached.</summary>
internal sealed record ProxyFault
{
    /// <summary>Closes the connection when the server was sent so much.</summary>
    public long CutAfterSending { get; init; } = long.MaxValue;

    /// <summary>Closes the connection when so much came from the server.</summary>
    public long CutAfterReceiving { get; init; } = long.MaxValue;

    /// <summary>Passes nothing on when so much came from the server, and keeps the connection open.</summary>
    public long StallAfterReceiving { get; init; } = long.MaxValue;

    /// <summary>Passes a byte at a time on when so much came from the server, several a second.</summary>
    public long DripAfterReceiving { get; init; } = long.MaxValue;

    /// <summary>Changes the byte that comes from the server at this place, counted from the connection's beginning.</summary>
    public long GarbleAfterReceiving { get; init; } = long.MaxValue;

    /// <summary>Answers this itself, when the request's head has come, and closes the connection.</summary>
    public string? Answer { get; init; }

    /// <summary>The answer of a server that is busy.</summary>
    public static ProxyFault Busy { get; } = Answering("503 Slow Down", "");

    /// <summary>The answer of a server, or of something in its place.</summary>
    public static ProxyFault Answering(string status, string content) => new()
    {
        Answer = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n{content}"),
    };

    /// <summary>An error as S3 gives it.</summary>
    public static ProxyFault Refusing(string status, string code) => Answering(status, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Told by a test.</Message></Error>");
}

/// <summary>Stands between a client and a server, and does to each connection, in the order in which they come, what it is told to.</summary>
internal sealed class MisbehavingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;

    public MisbehavingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What becomes of a connection, by its number from 0 since this was set; null for nothing.</summary>
    public Func<int, ProxyFault?> Fault
    {
        get;
        set
        {
            Volatile.Write(ref _connections, 0);
            field = value;
        }
    } = static _ => null;

    /// <summary>How many connections there were since the faults were set.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many bytes the server was sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    private int _connections;
    private long _sent;

    public void Dispose()
    {
        _stop.Cancel();
        _accepting.Wait();

        // Only now: a listener that was disposed of refuses to accept in a way of its own, which the loop would not take for its end.
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                serving.Add(ServeAsync(client, Fault(Interlocked.Increment(ref _connections) - 1) ?? new ProxyFault()));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket client, ProxyFault fault)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                if (fault.Answer is { } answer)
                {
                    var buffer = new byte[64 * 1024];
                    _ = await client.ReceiveAsync(buffer, _stop.Token);
                    await client.SendAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);

                    // The client sends all of its request before it looks at the answer, and closes the connection then.
                    while (await client.ReceiveAsync(buffer, _stop.Token) > 0)
                        continue;
                    return;
                }

                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                var sending = PassAsync(client, server, new ProxyFault { CutAfterReceiving = fault.CutAfterSending }, part => Interlocked.Add(ref _sent, part));
                var receiving = PassAsync(server, client, fault, static _ => { });
                await Task.WhenAny(sending, receiving);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // The connection is over, one way or another.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to, ProxyFault fault, Action<int> count)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (long passed = 0; passed < fault.CutAfterReceiving;)
            {
                var read = await from.ReceiveAsync(buffer, _stop.Token);
                if (read == 0)
                    return;
                var part = (int)Math.Min(read, Math.Min(fault.CutAfterReceiving, fault.StallAfterReceiving) - passed);
                if (fault.GarbleAfterReceiving >= passed && fault.GarbleAfterReceiving < passed + part)
                    buffer[fault.GarbleAfterReceiving - passed] ^= 1;
                for (var sent = 0; sent < part;)
                {
                    // One after another, each in a time in which a connection is not yet given up.
                    var drips = passed + sent >= fault.DripAfterReceiving;
                    if (drips)
                        await Task.Delay(TimeSpan.FromMilliseconds(50), _stop.Token);
                    sent += await to.SendAsync(buffer.AsMemory(sent, drips ? 1 : (int)Math.Min(part, fault.DripAfterReceiving - passed) - sent), _stop.Token);
                }

                passed += part;
                count(part);
                if (passed >= fault.StallAfterReceiving)
                    await Task.Delay(Timeout.Infinite, _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Either side is gone: the other is closed too.
        }
    }
}

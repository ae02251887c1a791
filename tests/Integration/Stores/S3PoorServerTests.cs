using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.S3;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.S3;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>The store on a server that takes the condition of a put and overwrites all the same: fauxqs.</summary>
public sealed class S3PoorServerTests(PoorServer server) : IClassFixture<PoorServer>
{
    [RequiresProgramFact("fauxqs")]
    public async Task A_condition_that_is_not_heeded_is_not_trusted()
    {
        using var store = S3ObjectStore.Open(S3Location.Parse(server.NewLocation()), RadosGateway.Options);
        Assert.True(await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default));
        Assert.False(store.Capabilities.ExclusiveCreate);
        Assert.False(await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 2 }), PutMode.Create, default));
        Assert.Equal([1], await store.ReadAsync("tags/one", 1, default));
    }

    [RequiresProgramFact("fauxqs")]
    public async Task A_lock_that_is_accepted_and_not_kept_is_not_trusted()
    {
        using var store = S3ObjectStore.Open(S3Location.Parse(server.NewLocation()), RadosGateway.Options, retainDuration: TimeSpan.FromDays(1));
        var error = await Assert.ThrowsAsync<StorageException>(async () => await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default));
        Assert.Equal("RetentionUnsupported", error.ErrorId);
        Assert.False(store.Capabilities.Retention);
    }

    [RequiresProgramFact("fauxqs")]
    public async Task Objects_are_put_listed_read_and_deleted()
    {
        using var store = S3ObjectStore.Open(S3Location.Parse(server.NewLocation()), RadosGateway.Options);
        var bytes = TestRepository.RandomBytes(1, 100_000);
        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);
        await store.PutAsync("packs/ab/two", ObjectContent.From(bytes), PutMode.Replace, default);
        var part = new byte[100];
        await store.ReadAsync("packs/ab/two", [new ObjectRange(99_900, part)], default);

        await store.DeleteAsync("packs/ab/one", default);

        Assert.Equal(bytes[99_900..], part);
        Assert.Equal(["packs/ab/two"], store.List("", default).Select(found => found.Name));
        Assert.Null(await store.FindAsync("packs/ab/one", default));
    }
}

/// <summary>One such server.</summary>
public sealed class PoorServer : IAsyncLifetime
{
    private int _port = RadosGateway.FreePort();
    private Process? _process;
    private int _prefixes;

    /// <summary>Where it is; null where it is missing.</summary>
    public static string? Program { get; } = RequiresProgramFactAttribute.Find("fauxqs");

    public string NewLocation() => string.Create(CultureInfo.InvariantCulture, $"s3:http://127.0.0.1:{_port}/rekkord/{Interlocked.Increment(ref _prefixes)}");

    /// <summary>The port was free when it was chosen. Another test may have it by now, and then it is not this server that answers.</summary>
    public async Task InitializeAsync()
    {
        if (Program is null)
            return;
        for (var starts = 1; ; starts++)
        {
            try
            {
                await StartAsync();
                return;
            }
            catch (Exception error) when (starts < 3 && error is (HttpRequestException or IOException or AmazonS3Exception or Xunit.Sdk.XunitException))
            {
                await DisposeAsync();
                _port = RadosGateway.FreePort();
            }
        }
    }

    public Task DisposeAsync()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.Dispose();
        return Task.CompletedTask;
    }

    private async Task StartAsync()
    {
        var start = new ProcessStartInfo(Program!) { RedirectStandardOutput = true };
        start.Environment["FAUXQS_PORT"] = _port.ToString(CultureInfo.InvariantCulture);
        start.Environment["FAUXQS_LOGGER"] = "false";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        for (var tries = 0; !IsListening() && tries < 300; tries++)
            Assert.False(_process.WaitForExit(100), "fauxqs ended.");
        using var client = new AmazonS3Client(
            RadosGateway.AccessKey,
            RadosGateway.SecretKey,
            new AmazonS3Config { ServiceURL = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await client.PutBucketAsync("rekkord");
    }

    private bool IsListening()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

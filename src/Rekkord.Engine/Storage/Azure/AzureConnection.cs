using Azure;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Azure;

/// <summary>Makes the SDK's client for a location.</summary>
internal static class AzureConnection
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    // A server's name may lead to other machines later.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Makes a client. It asks nothing yet.</summary>
    /// <param name="location">The container.</param>
    /// <param name="options">How it is reached.</param>
    /// <param name="http">Sends the requests; belongs to the caller.</param>
    /// <exception cref="RekkordException">The endpoint is none.</exception>
    public static BlobContainerClient Open(AzureLocation location, AzureOptions options, HttpClient http)
    {
        var settings = new BlobClientOptions
        {
            Transport = new HttpClientTransport(http),

            // Content is sent at once. Asking the server first whether it wants it takes another round trip.
            Request100ContinueOptions = new Request100ContinueOptions { Mode = Request100ContinueMode.Never },
        };

        // The retries are ours: they are shown, end with the command, and tell a put that was done before from one of somebody else. So is the time limit.
        settings.Retry.MaxRetries = 0;
        settings.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        settings.Diagnostics.IsLoggingEnabled = false;
        settings.Diagnostics.IsDistributedTracingEnabled = false;

        var service = options.FindService(location);
        var container = new Uri($"{service.AbsoluteUri.TrimEnd('/')}/{location.Container}");
        var client = options.AccountKey is { } key
            ? new BlobContainerClient(container, new StorageSharedKeyCredential(location.Account, key), settings)
            : new BlobContainerClient(container, new AzureSasCredential(options.SasQuery!), settings);

        // The SDK tells an account in the path from a container only by these.
        return client.Name == location.Container ? client : throw new RekkordException(
            "EndpointInvalid",
            RekkordErrorKind.InvalidArgument,
            $"Endpoint ([Azure]) has a path after '{service.Host}'. Only an emulator has one, for the account: write its address in numbers (http://127.0.0.1:10000/{location.Account}).",
            service.Host);
    }

    /// <summary>Makes what sends the requests.</summary>
    public static HttpClient CreateHttpClient()
    {
#pragma warning disable CA2000 // The client closes its handlers.
        var sockets = new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, PooledConnectionLifetime = ConnectionLifetime, AllowAutoRedirect = false };
        return new HttpClient(new OneAttempt(sockets)) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore CA2000
    }

    /// <summary>
    /// The SDK asks for the rest of a download by itself, five times, when its connection breaks, whatever its settings say of retries. It does so
    /// after an <see cref="IOException"/>, so it gets another exception.
    /// </summary>
    private sealed class OneAttempt(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var content = new StreamContent(new AnswerStream(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false)));
            foreach (var header in response.Content.Headers.NonValidated)
                content.Headers.TryAddWithoutValidation(header.Key, header.Value);
            response.Content = content;
            return response;
        }
    }
}

using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.S3;

/// <summary>Makes the SDK's client for a location.</summary>
internal static class S3Connection
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    // A server's name may lead to other machines later.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Makes a client. It asks nothing yet.</summary>
    /// <param name="location">The bucket.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="http">Sends the requests; belongs to the caller.</param>
    /// <exception cref="RekkordException">Nobody says which region (<c>RegionNotGiven</c>), or what is given is no region.</exception>
    public static AmazonS3Client Open(S3Location location, S3Options options, HttpClient http)
    {
        var config = new AmazonS3Config
        {
            // The retries are ours: they are shown, end with the command, and tell a put that was done before from one of somebody else.
            MaxErrorRetry = 0,

            // Connections that break count apart, also those that break within a request.
            MaxStaleConnectionRetries = 0,
            HttpClientFactory = new OneClientFactory(http),

            // Other servers refuse the checksums that are sent otherwise. What is sent is signed, and so checked, in any case.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        var region = options.Region ?? location.Region;
        if (location.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.GetLeftPart(UriPartial.Authority);
            config.ForcePathStyle = true;
            config.AuthenticationRegion = region ?? "us-east-1";
        }
        else if ((region is null ? FallbackRegionFactory.GetRegionEndpoint() : RegionEndpoint.GetBySystemName(region)) is { } found)
        {
            config.RegionEndpoint = found;
        }
        else
        {
            throw new RekkordException(
                "RegionNotGiven",
                RekkordErrorKind.InvalidArgument,
                $"Nobody says in which region the bucket '{location.Bucket}' is. Give it as Region in the [S3] section of the configuration, in $env:AWS_REGION, or in the profile of the AWS tools.",
                location.Bucket);
        }

        return options switch
        {
            { AccessKeyId: null } => new AmazonS3Client(config),
            { SessionToken: null } => new AmazonS3Client(new BasicAWSCredentials(options.AccessKeyId, options.SecretKey), config),
            _ => new AmazonS3Client(new SessionAWSCredentials(options.AccessKeyId, options.SecretKey, options.SessionToken), config),
        };
    }

    /// <summary>Makes what sends the requests.</summary>
    public static HttpClient CreateHttpClient()
    {
#pragma warning disable CA2000 // The client closes its handlers.
        var sockets = new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, PooledConnectionLifetime = ConnectionLifetime, AllowAutoRedirect = false };
        return new HttpClient(new WithoutExpectation(sockets)) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore CA2000
    }

    /// <summary>
    /// Sends content at once. The SDK would ask the server first whether it wants it (<c>Expect: 100-continue</c>): that takes another round trip, and some
    /// servers lose their place on the connection when they answer with an error.
    /// </summary>
    private sealed class WithoutExpectation(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.ExpectContinue = false;
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class OneClientFactory(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}

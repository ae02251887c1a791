using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Amazon.S3;
using Amazon.S3.Model;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.S3;

/// <summary>
/// Objects in a bucket, at AWS or at another server that speaks its protocol. Every object is put in one request, never in parts: a put with
/// <c>If-None-Match</c> is exclusive where the end of an upload in parts is not.
/// </summary>
internal sealed class S3ObjectStore : IObjectStore
{
    /// <summary>How many requests are under way unless somebody says otherwise.</summary>
    public const int DefaultConnections = 8;

    // What exclusive creation is tried with. It stays: to try again costs one request, which makes nothing.
    private const string TrialName = StoreNames.TemporaryFolder + "/exclusive";

    // Between parts that lie closer together it is cheaper to read on than to ask again.
    private const int ReadThrough = 128 * 1024;

    private static readonly TimeSpan DefaultStallLimit = TimeSpan.FromSeconds(60);
    private static readonly byte[] Trial = "Puts of this object show whether the store keeps two writers of one name apart.\n"u8.ToArray();

    private readonly S3Location _location;
    private readonly S3Options _options;
    private readonly HttpClient _http;
    private readonly AmazonS3Client _client;
    private readonly S3Requests _requests;
    private readonly S3Listings _listings;
    private readonly S3Versions _versions;
    private readonly S3Retention? _retention;
    private readonly SemaphoreSlim _trying = new(1);
    private volatile StoreCapabilities _capabilities;
    private volatile bool _isTried;

    private S3ObjectStore(S3Location location, S3Options options, int connections, TimeSpan? retainDuration, TimeSpan stallLimit)
    {
        _location = location;
        _options = options;
        _capabilities = new StoreCapabilities { Connections = connections, IsDistant = true, ServerClock = true, DurableOnReturn = true };
        _http = S3Connection.CreateHttpClient();
        try
        {
            _client = S3Connection.Open(location, options, _http);
        }
        catch
        {
            _http.Dispose();
            throw;
        }

        _requests = new S3Requests(location, connections, stallLimit);
        _listings = new S3Listings(_requests, _client, location);
        _versions = new S3Versions(_requests, _client);
        _retention = retainDuration is { } duration
            ? new S3Retention(_requests, _client, options.LockMode?.ToUpperInvariant() ?? S3Options.GovernanceMode, duration)
            : null;
    }

    /// <summary>Opens a bucket. Nothing is asked of the server yet.</summary>
    /// <param name="location">Which.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="connections">How many requests may be under way at once.</param>
    /// <param name="retainDuration">How long each object is kept from being deleted; null for not at all.</param>
    /// <param name="stallLimit">How long a request may go without a byte that moves; null for a minute.</param>
    /// <exception cref="RekkordException">The options are not complete, or do not fit each other.</exception>
    public static S3ObjectStore Open(S3Location location, S3Options options, int connections = DefaultConnections, TimeSpan? retainDuration = null, TimeSpan? stallLimit = null)
    {
        options.Validate();
        return new S3ObjectStore(location, options, connections, retainDuration, stallLimit ?? DefaultStallLimit);
    }

    /// <inheritdoc/>
    public string Location => _location.Text;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => _retention is { IsKept: true } ? _capabilities with { Retention = true } : _capabilities;

    /// <inheritdoc/>
    public ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => ValueTask.FromResult(true);

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation) =>
        _listings.Take(folder) is { } ahead ? ahead.ToAsyncEnumerable() : _listings.ListAsync(folder, cancellation);

    /// <inheritdoc/>
    public ValueTask ListAheadAsync(IReadOnlyCollection<string> folders, CancellationToken cancellation) => _listings.ListAheadAsync(folders, cancellation);

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation) => _requests.CallAsync<ObjectInfo?>(S3Action.Read, name, async guard =>
    {
        try
        {
            var found = await _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _location.Bucket, Key = _location.KeyOf(name) }, guard.Token).ConfigureAwait(false);
            return S3Listings.Describe(_location, name, found.ContentLength, found.LastModified, found.ETag);
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
    }, cancellation);

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) => _requests.CallAsync(S3Action.Read, name, async guard =>
    {
        using var response = await OpenAsync(name, 0, guard.Token).ConfigureAwait(false);
        if (response is null)
            return [];
        if (response.ContentLength > maximumLength)
            throw StorageException.TooLarge(Location, name);
        var bytes = new byte[response.ContentLength];
        await guard.FillAsync(response.ResponseStream, bytes).ConfigureAwait(false);
        return bytes;
    }, cancellation);

    /// <inheritdoc/>
    public async ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var requests = new List<Task>();
        for (int first = 0, end; first < ranges.Count; first = end)
        {
            for (end = first + 1; end < ranges.Count && ranges[end].Offset - ranges[end - 1].End <= ReadThrough;)
                end++;
            requests.Add(ReadTogetherAsync(name, [.. ranges.Skip(first).Take(end - first)], cancellation).AsTask());
        }

        // All of them have ended then, also when one has failed.
        await Task.WhenAll(requests).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation)
    {
        var response = await _requests.CallAsync(S3Action.Read, name, guard => OpenAsync(name, offset, guard.Token), cancellation).ConfigureAwait(false);
        if (response is not null)
            return new DownloadStream(response, response.ResponseStream, response.ContentLength, _requests.StallLimit, (error, hasStalled) => _requests.Translate(error, hasStalled, S3Action.Read, name));

        // Nothing is left from there: at the end of the object that is so.
        var found = await FindAsync(name, cancellation).ConfigureAwait(false) ?? throw StorageException.NotFound(Location, name);
        return found.Size == offset ? Stream.Null : throw StorageException.TooShort(Location, name);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var isExclusive = mode == PutMode.Create && await IsExclusiveAsync(cancellation).ConfigureAwait(false);
        return mode == PutMode.Create && !isExclusive && await FindAsync(name, cancellation).ConfigureAwait(false) is not null
            ? false
            : await StoreAsync(name, content, isExclusive, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation) => ValueTask.FromResult<ObjectWriter>(new BufferedObjectWriter(this));

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        // A server says yes to the deletion of what is not there, too.
        if (await FindAsync(name, cancellation).ConfigureAwait(false) is null)
            throw StorageException.NotFound(Location, name);
        await _requests.CallAsync(S3Action.Delete, name, guard => _client.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = _location.Bucket, Key = _location.KeyOf(name) }, guard.Token), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListDeletedAsync(CancellationToken cancellation) => _versions.ListDeletedAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask BringBackAsync(string name, CancellationToken cancellation) => _versions.BringBackAsync(name, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation) => _retention is null
        ? throw StorageException.RetentionUnsupported(Location, name)
        : _retention.RetainAsync(name, until, cancellation);

    /// <inheritdoc/>
    public ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation) => ValueTask.FromResult(0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
        _requests.Dispose();
        _trying.Dispose();
    }

    /// <summary>
    /// Whether the server keeps two writers of one name apart. There are servers that accept the condition of a put and do not heed it, so it is tried out
    /// before the first object is made, each time the store is opened: another server may have taken the place of this one.
    /// </summary>
    private async ValueTask<bool> IsExclusiveAsync(CancellationToken cancellation)
    {
        if (_isTried)
            return _capabilities.ExclusiveCreate;
        await _trying.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_isTried)
            {
                // The first time nothing is there yet, so the first put makes it.
                var isHeeded = await IsTrialRefusedAsync(cancellation).ConfigureAwait(false) ?? await IsTrialRefusedAsync(cancellation).ConfigureAwait(false) ?? false;
                _capabilities = _capabilities with { ExclusiveCreate = isHeeded };
                _isTried = true;
            }

            return _capabilities.ExclusiveCreate;
        }
        finally
        {
            _trying.Release();
        }
    }

    /// <summary>Puts what may be there already. True when the server refuses because it is there, null when it takes it, false when it knows no such condition.</summary>
    private async ValueTask<bool?> IsTrialRefusedAsync(CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(TrialName, ObjectContent.From(Trial), isExclusive: true, until: null, cancellation).ConfigureAwait(false) ? null : true;
        }
        catch (StorageException error) when (error.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest or HttpStatusCode.Forbidden }
            && error.ErrorId is "RepositoryWriteError" or StorageException.AccessDeniedId)
        {
            return false;
        }
    }

    private async ValueTask<bool> StoreAsync(string name, ObjectContent content, bool isExclusive, CancellationToken cancellation)
    {
        if (_retention is null)
            return await SendAsync(name, content, isExclusive, null, cancellation).ConfigureAwait(false);
        var until = DateTimeOffset.UtcNow + _retention.Duration;
        var isMade = await SendAsync(name, content, isExclusive, until, cancellation).ConfigureAwait(false);
        if (isMade)
            await _retention.RequireAsync(name, until, cancellation).ConfigureAwait(false);
        return isMade;
    }

    private ValueTask<bool> SendAsync(string name, ObjectContent content, bool isExclusive, DateTimeOffset? until, CancellationToken cancellation) => _requests.CallAsync(S3Action.Write, name, async guard =>
    {
        using var stream = new UploadStream(content, guard);
        var request = new PutObjectRequest
        {
            BucketName = _location.Bucket,
            Key = _location.KeyOf(name),
            InputStream = stream,
            UseChunkEncoding = false,
            IfNoneMatch = isExclusive ? "*" : null,
            StorageClass = _options.StorageClass is { } storageClass ? new S3StorageClass(storageClass) : null,
        };
        if (until is { } kept)
            _retention!.Ask(request, content, kept);
        try
        {
            await _client.PutObjectAsync(request, guard.Token).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception error) when (until is not null && S3Retention.MeansNoLock(error))
        {
            throw _retention!.Cannot(name, error);
        }
        catch (AmazonS3Exception error) when (isExclusive && error.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
    }, cancellation);

    private ValueTask<bool> ReadTogetherAsync(string name, ObjectRange[] ranges, CancellationToken cancellation) => _requests.CallAsync(S3Action.Read, name, async guard =>
    {
        var request = Request(name);
        var offset = ranges[0].Offset;
        request.ByteRange = new ByteRange(offset, ranges[^1].End - 1);
        try
        {
            using var response = await _client.GetObjectAsync(request, guard.Token).ConfigureAwait(false);
            if (RangeOf(response)?.From != offset)
                throw OtherPart(response);
            if (offset + response.ContentLength < ranges[^1].End)
                throw StorageException.TooShort(Location, name);
            foreach (var range in ranges)
            {
                await guard.SkipAsync(response.ResponseStream, (int)(range.Offset - offset)).ConfigureAwait(false);
                await guard.FillAsync(response.ResponseStream, range.Buffer).ConfigureAwait(false);
                offset = range.End;
            }

            return true;
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw StorageException.TooShort(Location, name);
        }
    }, cancellation);

    /// <summary>
    /// Asks for an object from a place on, also when that is its beginning: what comes whole the SDK hashes with an MD5 of its own, which takes a fifth of a
    /// scan's processor time. What is read is verified by its name, or as it is opened.
    /// </summary>
    /// <returns>Null when there is nothing from there.</returns>
    private async Task<GetObjectResponse?> OpenAsync(string name, long offset, CancellationToken cancellation)
    {
        try
        {
            var request = Request(name);
            request.ByteRange = new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={offset}-"));
            var response = await _client.GetObjectAsync(request, cancellation).ConfigureAwait(false);
            if (offset > 0)
                return IsRest(response, offset) ? response : throw OtherPart(response);

            // A server may answer with the whole, whatever part it is asked for, and something on the way with less than there is.
            if (response.HttpStatusCode == HttpStatusCode.OK || IsRest(response, 0))
                return response;
            response.Dispose();
            return await _client.GetObjectAsync(Request(name), cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return null;
        }
    }

    private GetObjectRequest Request(string name) => new() { BucketName = _location.Bucket, Key = _location.KeyOf(name) };

    /// <summary>Whether what comes is all that the object has from a place on.</summary>
    private static bool IsRest(GetObjectResponse response, long offset) => RangeOf(response) is { } range && range.From == offset && range.To + 1 == range.Length;

    private static ContentRangeHeaderValue? RangeOf(GetObjectResponse response) => ContentRangeHeaderValue.TryParse(response.ContentRange, out var range) ? range : null;

    private static IOException OtherPart(GetObjectResponse response)
    {
        response.Dispose();
        return new IOException("The server gave another part than it was asked for.");
    }
}

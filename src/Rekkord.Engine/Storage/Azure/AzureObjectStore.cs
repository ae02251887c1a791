using System.Globalization;
using System.Net;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Azure;

/// <summary>
/// Objects as block blobs in a container. Every object is put in one request, never in blocks: such a put is whole or not at all, and exclusive where it is asked to be.
/// </summary>
internal sealed class AzureObjectStore : IObjectStore
{
    /// <summary>How many requests are under way unless somebody says otherwise.</summary>
    public const int DefaultConnections = 8;

    // Between parts that lie closer together it is cheaper to read on than to ask again.
    private const int ReadThrough = 128 * 1024;

    private static readonly TimeSpan DefaultStallLimit = TimeSpan.FromSeconds(60);

    private readonly AzureLocation _location;
    private readonly HttpClient _http;
    private readonly BlobContainerClient _client;
    private readonly StoreRequests<AzureAction> _requests;
    private readonly AzureListings _listings;

    private AzureObjectStore(AzureLocation location, AzureOptions options, int connections, TimeSpan stallLimit)
    {
        _location = location;
        Capabilities = new StoreCapabilities { Connections = connections, IsDistant = true, ExclusiveCreate = true, ServerClock = true, DurableOnReturn = true };
        _http = AzureConnection.CreateHttpClient();
        try
        {
            _client = AzureConnection.Open(location, options, _http);
        }
        catch
        {
            _http.Dispose();
            throw;
        }

        _requests = new StoreRequests<AzureAction>(new AzureErrors(location, options, stallLimit), connections, stallLimit);
        _listings = new AzureListings(_requests, _client, location);
    }

    /// <summary>Opens a container. Nothing is asked of the server yet.</summary>
    /// <param name="location">Which.</param>
    /// <param name="options">How it is reached.</param>
    /// <param name="connections">How many requests may be under way at once.</param>
    /// <param name="stallLimit">How long a request may go without a byte that moves; null for a minute.</param>
    /// <exception cref="RekkordException">The options are not complete, or do not fit each other.</exception>
    public static AzureObjectStore Open(AzureLocation location, AzureOptions options, int connections = DefaultConnections, TimeSpan? stallLimit = null)
    {
        options.Validate(location.Text);
        return new AzureObjectStore(location, options, connections, stallLimit ?? DefaultStallLimit);
    }

    /// <inheritdoc/>
    public string Location => _location.Text;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => ValueTask.FromResult(true);

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation) =>
        _listings.Take(folder) is { } ahead ? ahead.ToAsyncEnumerable() : _listings.ListAsync(folder, cancellation);

    /// <inheritdoc/>
    public ValueTask ListAheadAsync(IReadOnlyCollection<string> folders, CancellationToken cancellation) => _listings.ListAheadAsync(folders, cancellation);

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation) => _requests.CallAsync<ObjectInfo?>(AzureAction.Read, name, async guard =>
    {
        try
        {
            var found = (await Blob(name).GetPropertiesAsync(cancellationToken: guard.Token).ConfigureAwait(false)).Value;
            return AzureListings.Describe(_location, name, found.ContentLength, found.LastModified, found.ETag);
        }
        catch (RequestFailedException error) when (error.Status == (int)HttpStatusCode.NotFound && (error.ErrorCode is null || error.ErrorCode == BlobErrorCode.BlobNotFound))
        {
            return null;
        }
    }, cancellation);

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) => _requests.CallAsync(AzureAction.Read, name, async guard =>
    {
        using var answer = await AskAsync(name, default, guard).ConfigureAwait(false);
        if (answer.Details.ContentLength > maximumLength)
            throw StorageException.TooLarge(Location, name);
        var bytes = new byte[answer.Details.ContentLength];
        await guard.FillAsync(answer.Content, bytes).ConfigureAwait(false);
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
        var answer = await _requests.CallAsync(AzureAction.Read, name, async guard =>
        {
            try
            {
                return await AskAsync(name, offset == 0 ? default : new HttpRange(offset), guard).ConfigureAwait(false);
            }
            catch (RequestFailedException error) when (error.Status == (int)HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return null;
            }
        }, cancellation).ConfigureAwait(false);
        if (answer is not null)
            return new DownloadStream(answer, answer.Content, answer.Details.ContentLength, _requests.StallLimit, (error, hasStalled) => _requests.Translate(error, hasStalled, AzureAction.Read, name));

        // Nothing is left from there: at the end of the object that is so.
        var found = await FindAsync(name, cancellation).ConfigureAwait(false) ?? throw StorageException.NotFound(Location, name);
        return found.Size == offset ? Stream.Null : throw StorageException.TooShort(Location, name);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(name, content, mode, cancellation).ConfigureAwait(false);
        }
        catch (StorageException error) when (mode == PutMode.Create && error.ErrorId == StorageException.AccessDeniedId)
        {
            // A token that may create and not replace is refused where an object is there, whatever the condition.
            if (!await IsSeenAsync(name, cancellation).ConfigureAwait(false))
                throw;
            return false;
        }
    }

    /// <inheritdoc/>
    public ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation) => ValueTask.FromResult<ObjectWriter>(new BufferedObjectWriter(this));

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellation) => await _requests.CallAsync(
        AzureAction.Delete, name, guard => Blob(name).DeleteAsync(cancellationToken: guard.Token), cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation) => throw StorageException.RetentionUnsupported(Location, name);

    /// <inheritdoc/>
    public ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation) => ValueTask.FromResult(0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _requests.Dispose();
    }

    private async ValueTask<bool> IsSeenAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await FindAsync(name, cancellation).ConfigureAwait(false) is not null;
        }
        catch (StorageException)
        {
            // The refusal that was there first says more.
            return false;
        }
    }

    private ValueTask<bool> SendAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation) => _requests.CallAsync(AzureAction.Write, name, async guard =>
    {
        using var stream = new UploadStream(content, guard);
        var options = new BlobUploadOptions
        {
            Conditions = mode == PutMode.Create ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null,

            // What is not smaller would go in blocks.
            TransferOptions = new StorageTransferOptions { InitialTransferSize = content.Length + 1, MaximumConcurrency = 1 },
        };
        try
        {
            await Blob(name).UploadAsync(stream, options, guard.Token).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException error) when (mode == PutMode.Create && (error.ErrorCode == BlobErrorCode.BlobAlreadyExists || error.ErrorCode == BlobErrorCode.ConditionNotMet))
        {
            return false;
        }
    }, cancellation);

    private ValueTask<bool> ReadTogetherAsync(string name, ObjectRange[] ranges, CancellationToken cancellation) => _requests.CallAsync(AzureAction.Read, name, async guard =>
    {
        var offset = ranges[0].Offset;
        try
        {
            using var answer = await AskAsync(name, new HttpRange(offset, ranges[^1].End - offset), guard).ConfigureAwait(false);
            if (offset + answer.Details.ContentLength < ranges[^1].End)
                throw StorageException.TooShort(Location, name);
            foreach (var range in ranges)
            {
                await guard.SkipAsync(answer.Content, (int)(range.Offset - offset)).ConfigureAwait(false);
                await guard.FillAsync(answer.Content, range.Buffer).ConfigureAwait(false);
                offset = range.End;
            }

            return true;
        }
        catch (RequestFailedException error) when (error.Status == (int)HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw StorageException.TooShort(Location, name);
        }
    }, cancellation);

    private async Task<BlobDownloadStreamingResult> AskAsync(string name, HttpRange range, StallGuard guard)
    {
        var response = await Blob(name).DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, guard.Token).ConfigureAwait(false);
        var answer = response.Value;
        if (!response.GetRawResponse().Headers.Contains("Content-Length"))
        {
            // A length that is not known is 0 here, and the object would seem to be empty.
            answer.Dispose();
            throw new IOException("The server did not say how long its answer is.");
        }

        if (range == default || answer.Details.ContentRange?.StartsWith(string.Create(CultureInfo.InvariantCulture, $"bytes {range.Offset}-"), StringComparison.Ordinal) == true)
            return answer;
        answer.Dispose();
        throw new IOException("The server gave another part than it was asked for.");
    }

    private BlockBlobClient Blob(string name) => _client.GetBlockBlobClient(_location.BlobOf(name));
}

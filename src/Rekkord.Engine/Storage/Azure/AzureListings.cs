using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Storage.Azure;

/// <summary>
/// Lists the objects of a repository in a container, a page in each request. A listing begins with the first object and not in the midst. So where several folders are
/// asked for, all is listed at once, if that is no more than a page.
/// </summary>
internal sealed class AzureListings(StoreRequests<AzureAction> requests, BlobContainerClient client, AzureLocation location)
{
    // The SDK holds a page in memory, several times.
    private const int PageLength = 1000;

    // What was listed ahead, by the folder, until somebody asks for it.
    private readonly ConcurrentDictionary<string, List<ObjectInfo>> _ahead = new(StringComparer.Ordinal);
    private volatile bool _isLarge;

    /// <summary>The listing of a folder that was made ahead, once; null when there is none.</summary>
    public List<ObjectInfo>? Take(string folder) => _ahead.TryRemove(folder, out var found) ? found : null;

    /// <inheritdoc cref="IObjectStore.ListAsync"/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            var page = await AskAsync(folder, next, cancellation).ConfigureAwait(false);
            foreach (var found in Objects(page))
                yield return found;
            next = NextOf(page);
        }
        while (next is not null);
    }

    /// <inheritdoc cref="IObjectStore.ListAheadAsync"/>
    public async ValueTask ListAheadAsync(IReadOnlyCollection<string> folders, CancellationToken cancellation)
    {
        // What nobody has asked for is too old now.
        _ahead.Clear();
        if (_isLarge)
            return;
        Page<BlobItem> page;
        try
        {
            page = await AskAsync("", null, cancellation).ConfigureAwait(false);
        }
        catch (StorageException error) when (!error.IsTransient)
        {
            // Each folder is listed by itself then, and if that is refused too, it is told.
            return;
        }

        _isLarge = NextOf(page) is not null;
        if (_isLarge)
            return;
        var objects = Objects(page).ToLookup(static found => found.Name[..(found.Name.IndexOf('/', StringComparison.Ordinal) + 1)], StringComparer.Ordinal);
        foreach (var folder in folders)
            _ahead[folder] = [.. objects[folder]];
    }

    /// <summary>Describes an object.</summary>
    public static ObjectInfo Describe(AzureLocation location, string name, long size, DateTimeOffset? modified, ETag? tag)
    {
        var time = modified ?? DateTimeOffset.UnixEpoch;
        if (tag is not { } known || known == default)
            return new ObjectInfo(name, size, time);

        // A listing has the tag without the quotation marks that an answer has around it.
        var identity = string.Create(CultureInfo.InvariantCulture, $"{location.Text}\n{known.ToString("G").Trim('"')}\n{time.ToUnixTimeSeconds()}");
        return new ObjectInfo(name, size, time) { Identity = Hash128.Compute(Encoding.UTF8.GetBytes(identity)) };
    }

    private ValueTask<Page<BlobItem>> AskAsync(string folder, string? next, CancellationToken cancellation) => requests.CallAsync(AzureAction.List, "", async guard =>
    {
        var options = new GetBlobsOptions { Prefix = location.BlobOf(folder), ResponseFormat = StorageResponseFormat.Xml };
        await foreach (var page in client.GetBlobsAsync(options, guard.Token).AsPages(next, PageLength).ConfigureAwait(false))
            return page;
        throw new IOException("The server gave no page of a listing.");
    }, cancellation);

    private static string? NextOf(Page<BlobItem> page) => string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken;

    private IEnumerable<ObjectInfo> Objects(Page<BlobItem> page)
    {
        var root = location.BlobOf("").Length;
        foreach (var entry in page.Values)
        {
            var name = entry.Name[root..];

            // Some tools make an empty blob to stand for a folder.
            if (name.Length > 0 && !name.EndsWith('/') && !name.StartsWith(StoreNames.TemporaryFolder + "/", StringComparison.Ordinal))
                yield return Describe(location, name, entry.Properties.ContentLength ?? 0, entry.Properties.LastModified, entry.Properties.ETag);
        }
    }
}

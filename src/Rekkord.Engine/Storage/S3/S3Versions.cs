using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace Rekkord.Engine.Storage.S3;

/// <summary>What a bucket with versions keeps of objects that were deleted.</summary>
/// <param name="requests">Makes the requests.</param>
/// <param name="client">The bucket's client.</param>
internal sealed class S3Versions(S3Requests requests, AmazonS3Client client)
{
    /// <summary>Lists the names of which a version is kept behind a delete marker.</summary>
    /// <inheritdoc cref="IObjectStore.ListDeletedAsync"/>
    public async IAsyncEnumerable<string> ListDeletedAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var root = requests.Location.KeyOf("");
        string? hidden = null;

        // The versions of one name come together, and the newest is the first.
        await foreach (var version in ListVersionsAsync(root, cancellation).ConfigureAwait(false))
        {
            var isMarker = version.IsDeleteMarker == true;
            if (version.IsLatest == true)
            {
                hidden = isMarker ? version.Key : null;
            }
            else if (version.Key == hidden && !isMarker)
            {
                hidden = null;
                yield return version.Key[root.Length..];
            }
        }
    }

    /// <summary>Removes the delete markers that hide an object. A version is never removed.</summary>
    /// <inheritdoc cref="IObjectStore.BringBackAsync"/>
    public async ValueTask BringBackAsync(string name, CancellationToken cancellation)
    {
        var key = requests.Location.KeyOf(name);
        var markers = new List<string>();
        var isKept = false;
        await foreach (var version in ListVersionsAsync(key, cancellation).ConfigureAwait(false))
        {
            if (version.Key != key)
                continue;
            isKept = version.IsDeleteMarker != true;
            if (isKept)
                break;
            markers.Add(version.VersionId);
        }

        if (!isKept)
            throw StorageException.NotFound(requests.Location.Text, name);
        foreach (var marker in markers)
        {
            await requests.CallAsync(S3Action.BringBack, name, guard => client.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = requests.Location.Bucket, Key = key, VersionId = marker }, guard.Token), cancellation).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<S3ObjectVersion> ListVersionsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ListVersionsResponse page;
        var request = new ListVersionsRequest { BucketName = requests.Location.Bucket, Prefix = prefix };
        do
        {
            page = await requests.CallAsync(S3Action.ListVersions, "", guard => PageOfVersionsAsync(request, guard), cancellation).ConfigureAwait(false);
            foreach (var version in page.Versions ?? [])
                yield return version;
            (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
        while (page.IsTruncated == true);
    }

    private async Task<ListVersionsResponse> PageOfVersionsAsync(ListVersionsRequest request, StallGuard guard)
    {
        try
        {
            return await client.ListVersionsAsync(request, guard.Token).ConfigureAwait(false);
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed)
        {
            // A server without versions keeps nothing that was deleted.
            return new ListVersionsResponse();
        }
    }
}

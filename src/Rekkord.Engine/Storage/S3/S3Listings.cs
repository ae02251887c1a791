using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Storage.S3;

/// <summary>
/// Lists the objects of a repository in a bucket. A request lists up to a thousand names that follow each other, so that folders beside each other come in one request where
/// they have few objects, and never take more requests than one by one.
/// </summary>
internal sealed class S3Listings(S3Requests requests, AmazonS3Client client, S3Location location)
{
    // What was listed ahead, by the folder, until somebody asks for it.
    private readonly ConcurrentDictionary<string, List<ObjectInfo>> _ahead = new(StringComparer.Ordinal);

    /// <summary>The listing of a folder that was made ahead, once; null when there is none.</summary>
    public List<ObjectInfo>? Take(string folder) => _ahead.TryRemove(folder, out var found) ? found : null;

    /// <inheritdoc cref="IObjectStore.ListAsync"/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            var page = await AskAsync(new ListObjectsV2Request { Prefix = location.KeyOf(folder), ContinuationToken = next }, cancellation).ConfigureAwait(false);
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
        var found = folders.ToDictionary(folder => folder, static _ => new List<ObjectInfo>(), StringComparer.Ordinal);
        try
        {
            if (!await ListTogetherAsync(found, cancellation).ConfigureAwait(false))
                return;
        }
        catch (StorageException error) when (!error.IsTransient)
        {
            // Each folder is listed by itself then, and if that is refused too, it is told.
            return;
        }

        foreach (var (folder, objects) in found)
            _ahead[folder] = objects;
    }

    /// <summary>Describes an object.</summary>
    public static ObjectInfo Describe(S3Location location, string name, long size, DateTime? modified, string? tag)
    {
        var time = modified is { } known ? new DateTimeOffset(known.ToUniversalTime()) : DateTimeOffset.UnixEpoch;
        if (string.IsNullOrEmpty(tag))
            return new ObjectInfo(name, size, time);

        // Listings tell a part of the second, and answers do not.
        var identity = string.Create(CultureInfo.InvariantCulture, $"{location.Text}\n{tag}\n{time.ToUnixTimeSeconds()}");
        return new ObjectInfo(name, size, time) { Identity = Hash128.Compute(Encoding.UTF8.GetBytes(identity)) };
    }

    /// <summary>Lists from the first of some folders to the last.</summary>
    /// <returns>Whether all was listed. False where much else lies between them, as in a bucket that has other things beside.</returns>
    private async ValueTask<bool> ListTogetherAsync(Dictionary<string, List<ObjectInfo>> found, CancellationToken cancellation)
    {
        var first = found.Keys.Min(StringComparer.Ordinal)!;
        var last = found.Keys.Max(StringComparer.Ordinal)!;
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request { Prefix = location.KeyOf(""), StartAfter = next is null ? location.KeyOf(first) : null, ContinuationToken = next };
            var page = await AskAsync(request, cancellation).ConfigureAwait(false);
            var (taken, end, isSorted) = (0, "", true);
            foreach (var entry in Objects(page))
            {
                isSorted &= string.CompareOrdinal(end, entry.Name) < 0;
                end = entry.Name;
                if (!found.TryGetValue(end[..(end.IndexOf('/', StringComparison.Ordinal) + 1)], out var objects))
                    continue;
                objects.Add(entry);
                taken++;
            }

            next = NextOf(page);
            if (next is not null && taken == 0)
                return false;

            // There are stores that list in no order.
            if (isSorted && string.CompareOrdinal(end, last) > 0 && !end.StartsWith(last, StringComparison.Ordinal))
                next = null;
        }
        while (next is not null);
        return true;
    }

    private ValueTask<ListObjectsV2Response> AskAsync(ListObjectsV2Request request, CancellationToken cancellation)
    {
        request.BucketName = location.Bucket;
        return requests.CallAsync(S3Action.List, "", guard => client.ListObjectsV2Async(request, guard.Token), cancellation);
    }

    private static string? NextOf(ListObjectsV2Response page) => page.IsTruncated == true ? page.NextContinuationToken : null;

    private IEnumerable<ObjectInfo> Objects(ListObjectsV2Response page)
    {
        var root = location.KeyOf("").Length;
        foreach (var entry in page.S3Objects ?? [])
        {
            var name = entry.Key[root..];

            // Some tools make an empty object to stand for a folder.
            if (name.Length > 0 && !name.EndsWith('/') && !name.StartsWith(StoreNames.TemporaryFolder + "/", StringComparison.Ordinal))
                yield return Describe(location, name, entry.Size ?? 0, entry.LastModified, entry.ETag);
        }
    }
}

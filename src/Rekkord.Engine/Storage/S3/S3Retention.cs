using System.Net;
using System.Security.Cryptography;
using System.Xml;
using Amazon.S3;
using Amazon.S3.Model;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.S3;

/// <summary>Keeps the objects of a bucket with object lock from being deleted.</summary>
/// <param name="requests">Makes the requests.</param>
/// <param name="client">The bucket's client.</param>
/// <param name="mode">The mode of the lock, in capital letters as the protocol has it.</param>
/// <param name="duration">How long an object is kept from when it is put.</param>
internal sealed class S3Retention(S3Requests requests, AmazonS3Client client, string mode, TimeSpan duration)
{
    private volatile bool _isKept;

    /// <summary>How long an object is kept from when it is put.</summary>
    public TimeSpan Duration => duration;

    /// <summary>Whether the server was seen to keep an object.</summary>
    public bool IsKept => _isKept;

    /// <inheritdoc cref="IObjectStore.RetainAsync"/>
    public async ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation)
    {
        await requests.CallAsync(S3Action.Retain, name, async guard =>
        {
            var request = new PutObjectRetentionRequest
            {
                BucketName = requests.Location.Bucket,
                Key = requests.Location.KeyOf(name),
                Retention = new ObjectLockRetention { Mode = new ObjectLockRetentionMode(mode), RetainUntilDate = until.UtcDateTime },
            };
            try
            {
                await client.PutObjectRetentionAsync(request, guard.Token).ConfigureAwait(false);
            }
            catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.Forbidden)
            {
                // An earlier time than it has is refused, too.
                if (await ReadAsync(name, guard).ConfigureAwait(false) is not { } kept || kept < until)
                    throw;
            }
            catch (AmazonS3Exception error) when (MeansNoLock(error))
            {
                throw Cannot(name, error);
            }

            return true;
        }, cancellation).ConfigureAwait(false);
        await RequireAsync(name, until, cancellation).ConfigureAwait(false);
    }

    /// <summary>Has a put ask for it.</summary>
    public void Ask(PutObjectRequest request, ObjectContent content, DateTimeOffset until)
    {
        request.ObjectLockMode = new ObjectLockMode(mode);
        request.ObjectLockRetainUntilDate = until.UtcDateTime;

        // Such a put is taken with a checksum only, and all servers know this one.
        request.MD5Digest = HashForServer(content);
    }

    /// <summary>Looks once whether the server keeps what it was asked to keep. There are servers that take the request and keep nothing.</summary>
    public async ValueTask RequireAsync(string name, DateTimeOffset until, CancellationToken cancellation)
    {
        // Servers keep whole seconds.
        if (!IsKept && !(await requests.CallAsync(S3Action.ReadRetention, name, guard => ReadAsync(name, guard), cancellation).ConfigureAwait(false) >= until.AddSeconds(-1)))
            throw Cannot(name, null);
        _isKept = true;
    }

    private async Task<DateTimeOffset?> ReadAsync(string name, StallGuard guard)
    {
        try
        {
            var response = await client.GetObjectRetentionAsync(new GetObjectRetentionRequest { BucketName = requests.Location.Bucket, Key = requests.Location.KeyOf(name) }, guard.Token).ConfigureAwait(false);
            return response.Retention?.RetainUntilDate is { } until ? new DateTimeOffset(until.ToUniversalTime()) : null;
        }
        catch (AmazonS3Exception error) when (MeansNoLock(error) || error.ErrorCode is "NoSuchObjectLockConfiguration" or "ObjectLockConfigurationNotFoundError")
        {
            return null;
        }
        catch (XmlException)
        {
            // A server that knows of no retention sends the object.
            return null;
        }
    }

    /// <summary>Whether an error is what servers say of a bucket that was made without object lock, or that know none.</summary>
    public static bool MeansNoLock(AmazonS3Exception error) => error.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed
        || (error.StatusCode == HttpStatusCode.BadRequest && error.ErrorCode is "InvalidRequest" or "InvalidArgument");

    /// <summary>Says that the bucket keeps nothing.</summary>
    public StorageException Cannot(string name, Exception? inner) => new(
        "RetentionUnsupported",
        RekkordErrorKind.InvalidOperation,
        $"RetainDuration ([Protection]) asks to keep '{name}' from being deleted, and the bucket of '{requests.Location.Text}' does not do that. It needs object lock, which is turned on when a bucket is made. Use such a bucket, or remove the setting.",
        name,
        inner);

    private static string HashForServer(ObjectContent content)
    {
#pragma warning disable CA5351 // It finds what changed on the way. The signature keeps others out.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        foreach (var part in content.Bytes)
            hash.AppendData(part.Span);
        return Convert.ToBase64String(hash.GetHashAndReset());
    }
}

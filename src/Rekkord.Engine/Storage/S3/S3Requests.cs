namespace Rekkord.Engine.Storage.S3;

/// <summary>The requests to a bucket.</summary>
/// <param name="location">The bucket.</param>
/// <param name="connections">How many requests may be under way at once.</param>
/// <param name="stallLimit">How long one may go without a byte that moves.</param>
internal sealed class S3Requests(S3Location location, int connections, TimeSpan stallLimit)
    : StoreRequests<S3Action>(new S3Errors(location.Text, location.Bucket, stallLimit), connections, stallLimit)
{
    /// <summary>The bucket.</summary>
    public S3Location Location => location;
}

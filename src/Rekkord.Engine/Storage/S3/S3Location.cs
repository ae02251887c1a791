using System.Buffers;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.S3;

/// <summary>
/// A bucket and a place in it: <c>s3://bucket/prefix</c> at AWS, and <c>s3:https://host:port/bucket/prefix</c> at any other server, as Rekkord and restic
/// write it.
/// </summary>
/// <param name="Endpoint">The server; null for AWS.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What the names of all objects start with: empty, or without a slash at its ends.</param>
internal sealed record S3Location(Uri? Endpoint, string Bucket, string Prefix)
{
    private const string Scheme = "s3:";
    private const string OfAws = ".amazonaws.com";

    private static readonly SearchValues<char> BucketCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

    /// <summary>Whether a location is meant to be one.</summary>
    public static bool IsOne(string location) => location.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads one.</summary>
    /// <exception cref="RekkordException">It is not one (<c>RepositoryUrlInvalid</c>), or the server would be asked without encryption (<c>EndpointInsecure</c>).</exception>
    public static S3Location Parse(string location)
    {
        var rest = location[Scheme.Length..];
        if (rest.AsSpan().IndexOfAny('?', '#') >= 0 || rest.Any(char.IsControl))
            throw Invalid("It has a query, a fragment or control characters in it.");
        if (rest.StartsWith("//", StringComparison.Ordinal))
            return OfPath(null, rest[2..]);
        var schemeEnd = rest.IndexOf("://", StringComparison.Ordinal);
        var slash = schemeEnd < 0 ? -1 : rest.IndexOf('/', schemeEnd + 3);
        if (slash < 0 || !Uri.TryCreate(rest[..slash], UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("https" or "http"))
            throw Invalid("It names no server with a bucket.");
        if (endpoint.UserInfo.Length > 0)
            throw Invalid("It has a user or a key in it. Give those in the environment or in the configuration.");
        if (endpoint.Scheme == "http" && !endpoint.IsLoopback)
        {
            throw new RekkordException(
                "EndpointInsecure",
                RekkordErrorKind.Security,
                $"'{endpoint.Host}' is another machine, and http:// is not encrypted: whoever is on the way could see the names of objects and change answers. Use https://.",
                endpoint.Host);
        }

        return OfPath(endpoint, rest[(slash + 1)..]);
    }

    /// <summary>The location as it is shown.</summary>
    public string Text => (Endpoint is null ? "s3://" : $"{Scheme}{Endpoint.GetLeftPart(UriPartial.Authority)}/") + (Prefix.Length == 0 ? Bucket : $"{Bucket}/{Prefix}");

    /// <summary>The region that the server's name has in it, as in <c>s3.eu-west-1.amazonaws.com</c>; null when it has none.</summary>
    public string? Region => Endpoint is { Host: var host } && host.StartsWith("s3.", StringComparison.Ordinal) && host.EndsWith(OfAws, StringComparison.Ordinal) && host.Length > OfAws.Length + 3
        ? host[3..^OfAws.Length]
        : null;

    /// <summary>The key of an object.</summary>
    public string KeyOf(string name) => Prefix.Length == 0 ? name : $"{Prefix}/{name}";

    private static S3Location OfPath(Uri? endpoint, string path)
    {
        var parts = path.TrimEnd('/').Split('/');
        if (parts[0].Length == 0 || parts[0].AsSpan().ContainsAnyExcept(BucketCharacters))
            throw Invalid(parts[0].Length == 0 ? "It names no bucket." : "The name of its bucket has a character that no bucket has.");
        if (parts.Any(part => part is "" or "." or ".."))
            throw Invalid("Its prefix has an empty part, '.' or '..' in it.");
        return new S3Location(endpoint, parts[0], string.Join('/', parts[1..]));
    }

    private static RekkordException Invalid(string reason) => new(
        "RepositoryUrlInvalid",
        RekkordErrorKind.InvalidArgument,
        $"This is no S3 location. {reason} Write s3://BUCKET/PREFIX for AWS, and s3:https://HOST:PORT/BUCKET/PREFIX for another server.");
}

using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.S3;

/// <summary>What a request is for, as its error is to say it.</summary>
internal enum S3Action
{
    Read,
    List,
    Write,
    Delete,
    ListVersions,
    BringBack,
    Retain,
    ReadRetention,
}

/// <summary>
/// What an error of a server or of the line means: whether it may pass, and what to do. Servers name their errors by codes, of which each knows some, so the
/// status counts where the code says nothing.
/// </summary>
internal sealed class S3Errors(string location, string bucket, TimeSpan stallLimit) : IStoreErrors<S3Action>
{
    // What a server says when it is busy or broken for the moment, also with a status below 500.
    private static readonly string[] PassingCodes =
        ["SlowDown", "RequestTimeout", "RequestLimitExceeded", "Throttling", "ThrottlingException", "InternalError", "ServiceUnavailable", "OperationAborted", "ConditionalRequestConflict", "IncompleteBody"];

    /// <inheritdoc/>
    public bool HasAnswered { get; set; }

    /// <inheritdoc/>
    public StorageException Translate(Exception error, bool hasStalled, S3Action action, string name) => error switch
    {
        StorageException known => known,
        _ when hasStalled => Failed(action, name, $"nothing came from the server for {stallLimit.TotalSeconds:0} s.", error, isTransient: true),
        AmazonS3Exception refusal => Translate(refusal, action, name),
        AmazonUnmarshallingException or XmlException => Failed(action, name, $"the server's answer is not complete, or none of S3 ({FirstLine(error)})", error, isTransient: true),
        AmazonServiceException service => Failed(action, name, $"{Describe(service)}.", error, IsPassing(service)),
        AmazonClientException client when client.InnerException is IOException or HttpRequestException => Translate(client.InnerException, false, action, name),
        AmazonClientException => new StorageException(
            "StoreCredentialsNotFound",
            RekkordErrorKind.PermissionDenied,
            $"There are no keys for '{location}'. Give AccessKeyID and SecretKey in the [S3] section of the configuration, or in $env:REKKORD_S3_ACCESS_KEY_ID and $env:REKKORD_S3_SECRET_KEY, or log in with the AWS tools. ({FirstSentence(error)})",
            location,
            error),
        HttpRequestException { InnerException: AuthenticationException reason } => new StorageException(
            "StoreCertificateRefused",
            RekkordErrorKind.Security,
            $"The server of '{location}' does not prove that it is the one: {FirstLine(reason)} Check the host name and the clock. The certificate of a private authority belongs in this system's store of trusted ones.",
            location,
            error),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound } } when !HasAnswered => Failed(
            action, name, $"its host name is not known ({FirstLine(error)}). Check the URL, and the network.", error, isTransient: false),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } when !HasAnswered => Failed(
            action, name, $"nothing listens there ({FirstLine(error)}). Check the host and the port in the URL, and whether the server runs.", error, isTransient: false),
        HttpRequestException or IOException or SocketException or OperationCanceledException => Failed(action, name, FirstLine(error), error, isTransient: true),
        _ => Failed(action, name, FirstLine(error), error, isTransient: false),
    };

    private StorageException Translate(AmazonS3Exception error, S3Action action, string name) => error.ErrorCode switch
    {
        "NoSuchBucket" => new StorageException(
            "BucketNotFound",
            RekkordErrorKind.NotFound,
            $"The server has no bucket '{bucket}' ('{location}'). Make it there first, or correct the URL. If it was there before, whoever runs the server must say where it went.",
            location,
            error),
        "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" or "InvalidToken" or "RequestExpired" => new StorageException(
            "StoreCredentialsExpired",
            RekkordErrorKind.PermissionDenied,
            $"The temporary keys for '{location}' are not valid any more. Get new ones and run it again. What is stored already is not stored again.",
            location,
            error),
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidSecurity" => new StorageException(
            "StoreCredentialsRefused",
            RekkordErrorKind.PermissionDenied,
            $"The server refuses the keys for '{location}' ({error.ErrorCode}). Check AccessKeyID and SecretKey, which belong together, and that they are this server's. $env:REKKORD_S3_ACCESS_KEY_ID and $env:REKKORD_S3_SECRET_KEY count before the configuration.",
            location,
            error),
        "RequestTimeTooSkewed" => new StorageException(
            "StoreClockSkewed",
            RekkordErrorKind.InvalidOperation,
            $"The clock of this machine and that of the server of '{location}' differ by more than it allows, mostly 15 minutes. Set this machine's clock (it is {DateTimeOffset.UtcNow:u} here) and run it again.",
            location,
            error),
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException" => new StorageException(
            "RegionWrong",
            RekkordErrorKind.InvalidArgument,
            $"The bucket '{bucket}' is in another region: {FirstLine(error)} Give the right one as Region in the [S3] section of the configuration.",
            location,
            error),
        "QuotaExceeded" or "XMinioStorageFull" or "InsufficientCapacity" or "XMinioAdminBucketQuotaExceeded" => Full(name, error),
        "InvalidObjectState" => new StorageException(
            "ObjectArchived",
            RekkordErrorKind.ReadError,
            $"'{name}' of '{location}' was moved to an archive class and cannot be read. Bring it back with the tools of the store, and take the rule away that moves objects of a repository.",
            name,
            error),
        _ => OfStatus(error, action, name),
    };

    private StorageException OfStatus(AmazonS3Exception error, S3Action action, string name) => error.StatusCode switch
    {
        HttpStatusCode.NotFound when name.Length > 0 => StorageException.NotFound(location, name, error),
        HttpStatusCode.InsufficientStorage => Full(name, error),
        HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => new StorageException(
            StorageException.AccessDeniedId,
            RekkordErrorKind.PermissionDenied,
            $"The server of '{location}' does not allow the keys in use to {Describe(action, name)} ({error.ErrorCode}). Give them the right {Right(action)}, or use others. docs/stores.md lists the rights that each command needs.",
            name.Length == 0 ? location : name,
            error),
        _ => Failed(action, name, $"{Describe(error)}.", error, IsPassing(error)),
    };

    private StorageException Full(string name, Exception error) => new(
        "RepositoryFull",
        RekkordErrorKind.WriteError,
        $"There is no room left in the repository '{location}': its quota is used up. Nothing that was saved before is affected; make room or have the quota raised, and run it again.",
        name,
        error);

    private static bool IsPassing(AmazonServiceException error) =>
        (int)error.StatusCode is (>= 500 and not (int)HttpStatusCode.NotImplemented) or (int)HttpStatusCode.TooManyRequests or (int)HttpStatusCode.RequestTimeout
        || PassingCodes.Contains(error.ErrorCode, StringComparer.Ordinal);

    private StorageException Failed(S3Action action, string name, string reason, Exception error, bool isTransient)
    {
        var (id, kind) = action is S3Action.Read or S3Action.List or S3Action.ListVersions or S3Action.ReadRetention ? ("RepositoryReadError", RekkordErrorKind.ReadError) : ("RepositoryWriteError", RekkordErrorKind.WriteError);
        return new StorageException(id, kind, $"It was not possible to {Describe(action, name)} in the repository '{location}': {reason}", name.Length == 0 ? location : name, error) { IsTransient = isTransient };
    }

    private static string Describe(AmazonServiceException error) => $"the server answers {(int)error.StatusCode} {error.ErrorCode}" + (string.IsNullOrWhiteSpace(error.Message) ? "" : $" ({FirstLine(error).TrimEnd('.')})");

    private static string Describe(S3Action action, string name) => action switch
    {
        S3Action.Read => $"read '{name}'",
        S3Action.List => "list objects",
        S3Action.Write => $"write '{name}'",
        S3Action.ListVersions => "list the versions of objects",
        S3Action.BringBack => $"bring back '{name}'",
        S3Action.Retain => $"protect '{name}' from deletion",
        S3Action.ReadRetention => $"see how long '{name}' is protected from deletion",
        _ => $"delete '{name}'",
    };

    private static string Right(S3Action action) => action switch
    {
        S3Action.Read => "s3:GetObject",
        S3Action.List => "s3:ListBucket",
        S3Action.Write => "s3:PutObject",
        S3Action.ListVersions => "s3:ListBucketVersions",
        S3Action.BringBack => "s3:DeleteObjectVersion",
        S3Action.Retain => "s3:PutObjectRetention",
        S3Action.ReadRetention => "s3:GetObjectRetention",
        _ => "s3:DeleteObject",
    };

    // What follows can be a list of all places that were looked at.
    private static string FirstSentence(Exception error) => FirstLine(error).Split(". ")[0].TrimEnd('.');

    private static string FirstLine(Exception error) => error.Message.ReplaceLineEndings("\n").Split('\n')[0];
}

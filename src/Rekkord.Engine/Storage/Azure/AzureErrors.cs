using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Xml;
using Azure;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Azure;

/// <summary>What a request is for, as its error is to say it.</summary>
internal enum AzureAction
{
    Read,
    List,
    Write,
    Delete,
}

/// <summary>
/// What an error of the service or of the line means: whether it may pass, and what to do. No secret is in what it says, nor in the exceptions behind it: those
/// of the SDK have what the server wrote.
/// </summary>
internal sealed class AzureErrors(AzureLocation location, AzureOptions options, TimeSpan stallLimit) : IStoreErrors<AzureAction>
{
    // The service refuses requests that are older.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(14);

    /// <inheritdoc/>
    public bool HasAnswered { get; set; }

    /// <inheritdoc/>
    public StorageException Translate(Exception error, bool hasStalled, AzureAction action, string name) => error switch
    {
        StorageException known => known,
        _ when hasStalled => Failed(action, name, $"nothing came from the server for {stallLimit.TotalSeconds:0} s.", error, isTransient: true),
        BrokenAnswerException { InnerException: { } broken } => Translate(broken, false, action, name),
        RequestFailedException { Status: 0, InnerException: { } line } => Translate(line, false, action, name),
        RequestFailedException refusal => Translate(refusal, action, name),
        XmlException => Failed(action, name, $"the server's answer is not complete, or none of Azure ({FirstLine(error)})", error, isTransient: true),
        HttpRequestException { InnerException: AuthenticationException reason } => Create(
            "StoreCertificateRefused",
            RekkordErrorKind.Security,
            $"The server of '{location.Text}' does not prove that it is the one: {FirstLine(reason)} Check Endpoint ([Azure]) and the clock. The certificate of a private authority belongs in this system's store of trusted ones.",
            "",
            error),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound } } when !HasAnswered => Failed(
            action, name, $"its host name is not known ({FirstLine(error)}). Check the account in the URL, Endpoint ([Azure]), and the network.", error, isTransient: false),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } when !HasAnswered => Failed(
            action, name, $"nothing listens there ({FirstLine(error)}). Check the host and the port of Endpoint ([Azure]), and whether the server runs.", error, isTransient: false),
        HttpRequestException or IOException or SocketException or OperationCanceledException => Failed(action, name, FirstLine(error), error, isTransient: true),
        _ => Failed(action, name, FirstLine(error), error, isTransient: false),
    };

    private StorageException Translate(RequestFailedException error, AzureAction action, string name) => error.ErrorCode switch
    {
        "ContainerNotFound" or "ContainerBeingDeleted" or "ContainerDisabled" => Create(
            "ContainerNotFound",
            RekkordErrorKind.NotFound,
            $"The account '{location.Account}' has no container '{location.Container}' ('{location.Text}'). Make it there first, or correct the URL. If it was there before, whoever manages the account must say where it went.",
            "",
            error),
        _ when MeansUnknown(error) && IsSkewed(error) => Create(
            "StoreClockSkewed",
            RekkordErrorKind.InvalidOperation,
            $"The clock of this machine and that of the server of '{location.Text}' differ by more than it allows, 15 minutes. Set this machine's clock (it is {DateTimeOffset.UtcNow:u} here) and run it again.",
            "",
            error),
        _ when MeansUnknown(error) && options.SasEnd < DateTimeOffset.UtcNow => Create(
            "StoreCredentialsExpired",
            RekkordErrorKind.PermissionDenied,
            $"The SAS token for '{location.Text}' is not valid any more: it ended at {options.SasEnd:u}. Get a new one and run it again. What is stored already is not stored again.",
            "",
            error),
        _ when MeansUnknown(error) => Create(
            "StoreCredentialsRefused",
            RekkordErrorKind.PermissionDenied,
            $"The server refuses the {Credential} for '{location.Text}' ({error.ErrorCode}). Check that it is of this account, of this container, and whole. $env:REKKORD_AZURE_ACCOUNT_KEY and $env:REKKORD_AZURE_SAS_TOKEN count before the configuration.",
            "",
            error),
        "KeyBasedAuthenticationNotPermitted" => Create(
            "StoreCredentialsRefused",
            RekkordErrorKind.PermissionDenied,
            $"The account '{location.Account}' takes no account keys, nor tokens that were signed with one. Give a SAS token of a user delegation as SasToken ([Azure]); docs/stores.md says how to make one.",
            "",
            error),
        "BlobArchived" or "BlobBeingRehydrated" => Create(
            "ObjectArchived",
            RekkordErrorKind.ReadError,
            $"'{name}' of '{location.Text}' was moved to the archive tier and cannot be read. Bring it back with the tools of Azure, and take the rule away that moves blobs of a repository.",
            name,
            error),
        "BlobImmutableDueToPolicy" => Create(
            StorageException.AccessDeniedId,
            RekkordErrorKind.PermissionDenied,
            $"A policy of the container, or of the blob, keeps '{name}' of '{location.Text}' from being {(action == AzureAction.Delete ? "deleted" : "replaced")}. Wait until it has ended.",
            name,
            error),
        _ => OfStatus(error, action, name),
    };

    private StorageException OfStatus(RequestFailedException error, AzureAction action, string name) => (HttpStatusCode)error.Status switch
    {
        HttpStatusCode.NotFound when name.Length > 0 => StorageException.NotFound(location.Text, name, WithoutSecrets(error)),
        HttpStatusCode.InsufficientStorage => Create(
            "RepositoryFull",
            RekkordErrorKind.WriteError,
            $"There is no room left in the repository '{location.Text}'. Nothing that was saved before is affected; make room, and run it again.",
            name,
            error),
        HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => Create(
            StorageException.AccessDeniedId,
            RekkordErrorKind.PermissionDenied,
            $"The server of '{location.Text}' does not allow the {Credential} to {Describe(action, name)} ({error.ErrorCode ?? error.Status.ToString(CultureInfo.InvariantCulture)}). "
            + $"Give it the permission {Permission(action)}, use another, or let the firewall of the account admit this machine. docs/stores.md lists the permissions that each command needs.",
            name,
            error),
        _ => Failed(action, name, $"{Describe(error)}.", error, IsPassing(error)),
    };

    // The emulator has the same words with the code of what is not permitted.
    private static bool MeansUnknown(RequestFailedException error) => error.ErrorCode is "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation"
        || (error.ErrorCode == "AuthorizationFailure" && error.Message.StartsWith("Server failed to authenticate", StringComparison.Ordinal));

    private static bool IsSkewed(RequestFailedException error) =>
        error.GetRawResponse()?.Headers.Date is { } there && (DateTimeOffset.UtcNow - there).Duration() > ClockTolerance;

    private static bool IsPassing(RequestFailedException error) =>
        error.Status is (>= 500 and not (int)HttpStatusCode.NotImplemented and not (int)HttpStatusCode.HttpVersionNotSupported) or (int)HttpStatusCode.TooManyRequests or (int)HttpStatusCode.RequestTimeout;

    private StorageException Failed(AzureAction action, string name, string reason, Exception error, bool isTransient)
    {
        var (id, kind) = action is AzureAction.Read or AzureAction.List ? ("RepositoryReadError", RekkordErrorKind.ReadError) : ("RepositoryWriteError", RekkordErrorKind.WriteError);
        return Create(id, kind, $"It was not possible to {Describe(action, name)} in the repository '{location.Text}': {reason}", name, error, isTransient);
    }

    private StorageException Create(string id, RekkordErrorKind kind, string message, string name, Exception error, bool isTransient = false) =>
        new(id, kind, options.WithoutSecrets(message), name.Length == 0 ? location.Text : name, WithoutSecrets(error)) { IsTransient = isTransient };

    /// <summary>The exception behind, unless a secret is in it.</summary>
    private Exception? WithoutSecrets(Exception error)
    {
        var text = error.ToString();
        return options.WithoutSecrets(text) == text ? error : null;
    }

    private static string Describe(RequestFailedException error) =>
        $"the server answers {error.Status} {error.ErrorCode}".TrimEnd() + (string.IsNullOrWhiteSpace(error.Message) ? "" : $" ({FirstLine(error).TrimEnd('.')})");

    private string Credential => options.AccountKey is null ? "SAS token" : "account key";

    private static string Describe(AzureAction action, string name) => action switch
    {
        AzureAction.Read => $"read '{name}'",
        AzureAction.List => "list objects",
        AzureAction.Write => $"write '{name}'",
        _ => $"delete '{name}'",
    };

    private static string Permission(AzureAction action) => action switch
    {
        AzureAction.Read => "r (read)",
        AzureAction.List => "l (list)",
        AzureAction.Write => "c (create), and w (write) where an object is to be replaced",
        _ => "d (delete)",
    };

    private static string FirstLine(Exception error) => error.Message.ReplaceLineEndings("\n").Split('\n')[0];
}

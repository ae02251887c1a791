using System.Buffers.Text;
using System.Globalization;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Azure;

/// <summary>How a container is reached. Not a record: what it holds must not be printed.</summary>
public sealed class AzureOptions
{
    /// <summary>A key of the storage account, in Base64; null when there is none.</summary>
    public string? AccountKey { get; init; }

    /// <summary>A SAS token, with or without the question mark before it; null when there is none.</summary>
    public string? SasToken { get; init; }

    /// <summary>The URL of the account's blob service; null for the one of Azure's public cloud.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The parameters of the SAS token, as the requests have them.</summary>
    internal string? SasQuery => SasToken?.Trim().TrimStart('?');

    /// <summary>When the SAS token ends; null when it does not say so, as one of a stored access policy may not.</summary>
    internal DateTimeOffset? SasEnd => SasParameter("se") is { } text && DateTimeOffset.TryParse(
        Uri.UnescapeDataString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? end : null;

    /// <summary>Checks what a server would tell too late, or not at all.</summary>
    /// <exception cref="RekkordException">There is no key and no token (<c>StoreCredentialsNotFound</c>), or there are both, or one that is none (<c>StoreCredentialsInvalid</c>).</exception>
    internal void Validate(string location)
    {
        if (AccountKey is null && SasToken is null)
        {
            throw new RekkordException(
                "StoreCredentialsNotFound",
                RekkordErrorKind.PermissionDenied,
                $"There is no key for '{location}'. Give AccountKey or SasToken in the [Azure] section of the configuration, or in $env:REKKORD_AZURE_ACCOUNT_KEY or $env:REKKORD_AZURE_SAS_TOKEN.",
                location);
        }

        if (AccountKey is not null && SasToken is not null)
            throw Invalid("AccountKey and SasToken ([Azure]) are both set, in the configuration or in the environment, and only one can be used. Remove one of them.");
        if (AccountKey is not null && (AccountKey.Length == 0 || !Base64.IsValid(AccountKey)))
            throw Invalid("AccountKey ([Azure]) is not a key: a key of a storage account is Base64. A SAS token belongs in SasToken.");
        if (SasToken is not null && SasParameter("sig") is null)
            throw Invalid("SasToken ([Azure]) is not a SAS token: it has no signature (sig=…). Give what is after the question mark of a SAS URL. A key belongs in AccountKey.");
    }

    /// <summary>Finds the account's blob service.</summary>
    /// <exception cref="RekkordException">It is no URL of one (<c>EndpointInvalid</c>), or would be asked without encryption (<c>EndpointInsecure</c>).</exception>
    internal Uri FindService(AzureLocation location)
    {
        var text = Endpoint ?? $"https://{location.Account}.blob.core.windows.net";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var service) || service.Scheme is not ("https" or "http") || service.UserInfo.Length > 0 || service.Query.Length > 0 || service.Fragment.Length > 0)
        {
            // What was written there may be a URL with a SAS token.
            throw new RekkordException(
                "EndpointInvalid",
                RekkordErrorKind.InvalidArgument,
                $"Endpoint ([Azure]) is not the URL of a blob service. Write it as 'az storage account show' gives it (primaryEndpoints.blob), without a container, a key or a token: https://{location.Account}.blob.core.windows.net.");
        }

        if (service.Scheme == "http" && !service.IsLoopback)
        {
            throw new RekkordException(
                "EndpointInsecure",
                RekkordErrorKind.Security,
                $"'{service.Host}' is another machine, and http:// is not encrypted: whoever is on the way could see the token and change answers. Use https://.",
                service.Host);
        }

        return service;
    }

    /// <summary>A text without the secrets, should a server or a library have put one into it.</summary>
    internal string WithoutSecrets(string text) =>
        Secrets().Aggregate(text, static (shown, secret) => shown.Replace(secret, "(hidden)", StringComparison.OrdinalIgnoreCase));

    private IEnumerable<string> Secrets() => new[] { AccountKey, SasQuery, SasParameter("sig"), SasParameter("sig") is { } signature ? Uri.UnescapeDataString(signature) : null }
        .OfType<string>().Where(static secret => secret.Length > 0).OrderByDescending(static secret => secret.Length);

    private string? SasParameter(string name) => SasQuery?.Split('&').FirstOrDefault(part => part.StartsWith(name + "=", StringComparison.Ordinal) && part.Length > name.Length + 1) is { } found
        ? found[(name.Length + 1)..]
        : null;

    private static RekkordException Invalid(string message) => new("StoreCredentialsInvalid", RekkordErrorKind.InvalidArgument, message);
}

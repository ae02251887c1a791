using System.Buffers;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Azure;

/// <summary>A container of a storage account and a place in it: <c>azure://account/container/prefix</c>.</summary>
/// <param name="Account">The storage account.</param>
/// <param name="Container">The container.</param>
/// <param name="Prefix">What the names of all blobs start with: empty, or without a slash at its ends.</param>
internal sealed record AzureLocation(string Account, string Container, string Prefix)
{
    private const string Scheme = "azure:";

    private static readonly SearchValues<char> AccountCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");
    private static readonly SearchValues<char> ContainerCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether a location is meant to be one. That is so without <c>//</c> too, as restic writes them.</summary>
    public static bool IsOne(string location) => location.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads one.</summary>
    /// <exception cref="RekkordException">It is not one (<c>RepositoryUrlInvalid</c>).</exception>
    public static AzureLocation Parse(string location)
    {
        var rest = location[Scheme.Length..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            throw Invalid("It has no // after azure:. The directory of a machine that is called azure is sftp://azure/PATH.");
        if (rest.AsSpan().IndexOfAny('?', '#', '\\') >= 0 || rest.Any(char.IsControl))
            throw Invalid("It has a query, a fragment, a backslash or control characters in it. A SAS token belongs in the environment or in the configuration.");
        var parts = rest[2..].TrimEnd('/').Split('/');
        if (parts[0].Length is < 3 or > 24 || parts[0].AsSpan().ContainsAnyExcept(AccountCharacters))
            throw Invalid("The name of its account is none that there can be: 3 to 24 small letters and digits.");
        if (parts.Length < 2)
            throw Invalid("It names no container.");
        if (!IsContainer(parts[1]))
            throw Invalid("The name of its container is none that there can be: 3 to 63 small letters, digits and single hyphens.");

        // A service drops a dot at the end of a part.
        if (parts.Skip(2).Any(part => part.Length == 0 || part.EndsWith('.')))
            throw Invalid("Its prefix has a part that is empty or ends with a dot.");
        return new AzureLocation(parts[0], parts[1], string.Join('/', parts[2..]));
    }

    /// <summary>The location as it is shown.</summary>
    public string Text => $"{Scheme}//{Account}/{Container}" + (Prefix.Length == 0 ? "" : $"/{Prefix}");

    /// <summary>The name of an object's blob.</summary>
    public string BlobOf(string name) => Prefix.Length == 0 ? name : $"{Prefix}/{name}";

    private static bool IsContainer(string name) =>
        name.Length is >= 3 and <= 63 && !name.AsSpan().ContainsAnyExcept(ContainerCharacters) && !name.StartsWith('-') && !name.EndsWith('-') && !name.Contains("--", StringComparison.Ordinal);

    private static RekkordException Invalid(string reason) => new(
        "RepositoryUrlInvalid",
        RekkordErrorKind.InvalidArgument,
        $"This is no Azure location. {reason} Write azure://ACCOUNT/CONTAINER/PREFIX.");
}

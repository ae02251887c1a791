namespace Rekkord.Engine.Storage;

/// <summary>Repository URLs as they may be shown.</summary>
internal static class RepositoryLocation
{
    /// <summary>
    /// The URL without what could be a secret: the whole user information of an HTTP(S) or S3 URL, the password of others
    /// (<c>ssh://user:password@host</c>), and the query and fragment, which can carry signatures and tokens. A path, and the
    /// <c>user@host:path</c> form, come back as they are.
    /// </summary>
    public static string WithoutCredentials(string location)
    {
        // azure: without // is refused only later.
        if (location.StartsWith("azure:", StringComparison.OrdinalIgnoreCase) && location.AsSpan().IndexOfAny('?', '#') is >= 0 and var secret)
            location = location[..secret];
        var schemeEnd = location.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0)
            return location;

        var start = schemeEnd + 3;
        var end = location.AsSpan(start).IndexOfAny('?', '#') is var cut and >= 0 ? start + cut : location.Length;
        var slash = location.IndexOf('/', start, end - start);
        var authority = location[start..(slash < 0 ? end : slash)];
        var path = slash < 0 ? "" : location[slash..end];

        // A password may itself hold an '@': the last one ends the user information.
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var user = authority[..at].Split(':', 2)[0];
            var keepsUser = location.StartsWith("ssh", StringComparison.OrdinalIgnoreCase)
                || location.StartsWith("sftp", StringComparison.OrdinalIgnoreCase);
            authority = (keepsUser ? user + "@" : "") + authority[(at + 1)..];
        }

        return string.Concat(location.AsSpan(0, start), authority, path);
    }
}

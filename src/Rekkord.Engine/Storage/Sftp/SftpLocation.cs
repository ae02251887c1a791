using System.Globalization;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>Where a repository is on an SFTP server: <c>sftp://user@host:port/path</c>, or <c>user@host:path</c> as for scp.</summary>
/// <param name="Host">The host's name or address, or a name of ssh's configuration.</param>
/// <param name="Port">The port; null for ssh's.</param>
/// <param name="User">The account; null for ssh's.</param>
/// <param name="Path">The directory. A relative one starts where the account does.</param>
public sealed record SftpLocation(string Host, int? Port, string? User, string Path)
{
    private const string Scheme = "sftp://";

    /// <summary>The location as it is shown. It can be given again.</summary>
    public string Url
    {
        get
        {
            var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
            var path = string.Join('/', Path.Split('/').Select(Uri.EscapeDataString));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Scheme}{(User is null ? "" : Uri.EscapeDataString(User) + "@")}{host}{(Port is null ? "" : $":{Port}")}{(Path.StartsWith('/') ? path : $"/~/{path}")}");
        }
    }

    /// <summary>Whether a location is one of these: a URL of this scheme, or a host and a path with a colon between, before any slash.</summary>
    public static bool IsOne(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return location.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || IsHostAndPath(location);
    }

    /// <summary>Reads a location.</summary>
    /// <exception cref="RekkordException">It names no host or no directory, or holds a password (<c>RepositoryUrlInvalid</c>).</exception>
    public static SftpLocation Parse(string location)
    {
        var (authority, path) = location.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? SplitUrl(location[Scheme.Length..]) : SplitAtColon(location);
        var at = authority.LastIndexOf('@');
        var user = at < 0 ? null : Uri.UnescapeDataString(authority[..at]);
        if (user?.Contains(':', StringComparison.Ordinal) == true)
            throw Invalid("It holds a password, which others could read in a list of processes. Put it under [SFTP] Password in the configuration, or into $env:REKKORD_SFTP_PASSWORD.");
        var (host, port) = SplitPort(authority[(at + 1)..]);
        if (host.Length == 0 || host.StartsWith('-') || user?.StartsWith('-') == true || user?.Length == 0)
            throw Invalid("It names no host, or no user before the '@'.");
        if (path.Length == 0)
            throw Invalid("It names no directory.");
        if (path.Contains('\0', StringComparison.Ordinal))
            throw Invalid("Its path has a NUL.");
        return new SftpLocation(host, port, user, path.Length > 1 ? path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/" : path);
    }

    private static bool IsHostAndPath(string location)
    {
        var colon = location.IndexOf(':', StringComparison.Ordinal);
        if (location.StartsWith('[') || location.Contains("@[", StringComparison.Ordinal))
            colon = location.IndexOf("]:", StringComparison.Ordinal) + 1;
        var slash = location.AsSpan().IndexOfAny('/', '\\');
        var isDrive = OperatingSystem.IsWindows() && colon == 1;
        return colon > 0 && !isDrive && (slash < 0 || colon < slash) && !location.AsSpan(colon).StartsWith("://");
    }

    private static (string Authority, string Path) SplitUrl(string rest)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            throw Invalid("It names no directory.");
        var path = Uri.UnescapeDataString(rest[slash..]);
        return (rest[..slash], path.StartsWith("/~/", StringComparison.Ordinal) ? path[3..] : path);
    }

    private static (string Authority, string Path) SplitAtColon(string location)
    {
        var start = location.IndexOf("]:", StringComparison.Ordinal) is var bracket and >= 0 ? bracket + 1 : location.IndexOf(':', StringComparison.Ordinal);
        return (location[..start], location[(start + 1)..]);
    }

    private static (string Host, int? Port) SplitPort(string authority)
    {
        var end = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) : -1;
        var host = end > 0 ? authority[1..end] : authority;
        var rest = end > 0 ? authority[(end + 1)..] : "";
        if (end <= 0 && authority.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
            (host, rest) = (authority[..colon], authority[colon..]);
        if (rest.Length == 0)
            return (host, null);
        return int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && rest[0] == ':' && port is > 0 and <= ushort.MaxValue
            ? (host, port)
            : throw Invalid("Its port is no number from 1 to 65535.");
    }

    private static RekkordException Invalid(string reason) => new(
        "RepositoryUrlInvalid",
        RekkordErrorKind.InvalidArgument,
        $"The SFTP location of the repository cannot be used. {reason} Write sftp://user@host/path, sftp://user@host:port/path, or user@host:path.");
}

using System.Text.RegularExpressions;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>What ssh says when it ends before a session begins, as errors that say what to do. OpenSSH's messages are English everywhere.</summary>
internal static partial class SshWords
{
    /// <summary>Whether ssh has refused the host for its key.</summary>
    public static bool IsHostKeyRefusal(string words) => words.Contains("Host key verification failed", StringComparison.Ordinal);

    /// <summary>The error when the key of the host is not the one that was expected, or none was.</summary>
    public static StorageException ExplainHostKey(string location, string words, string? expected, (string Fingerprint, string Line)? shown)
    {
        var fingerprint = shown is { } key ? $" It showed a key with the fingerprint {key.Fingerprint}." : "";
        if (expected is not null)
        {
            return HostKeyError(
                "SftpHostKeyChanged",
                location,
                $"The host of '{location}' was refused: its key has not the fingerprint {expected} that [SFTP] Fingerprint says.{fingerprint} Somebody may be posing as the host. Nothing was sent to it. If its key was changed, ask its administrator for the new fingerprint, and write that.");
        }

        if (words.Contains("REMOTE HOST IDENTIFICATION HAS CHANGED", StringComparison.Ordinal))
        {
            var place = OffendingPlace().Match(words) is { Success: true } match ? $" The old key is in {match.Groups[1].Value}, line {match.Groups[2].Value}." : "";
            return HostKeyError(
                "SftpHostKeyChanged",
                location,
                $"WARNING: the host of '{location}' was refused, because its key is another one than before.{fingerprint}{place} Somebody may be posing as the host. Nothing was sent to it. Ask its administrator. Only if the key was changed on purpose, remove the old line and add the new key.");
        }

        if (words.Contains("revoked", StringComparison.OrdinalIgnoreCase))
        {
            return HostKeyError("SftpHostKeyRevoked", location, $"The host of '{location}' was refused: its key is marked as revoked in known_hosts.{fingerprint} Nothing was sent to it. Ask its administrator.");
        }

        return HostKeyError(
            "SftpHostKeyUnknown",
            location,
            $"The host of '{location}' is not known.{fingerprint} Nothing was sent to it. Compare that with what its administrator says. If it is the same, "
            + (shown is { } unknown ? $"add this line to ~/.ssh/known_hosts: {unknown.Line}" : "connect to it once with ssh, which adds it to known_hosts."));
    }

    /// <summary>The error for whatever else ssh says.</summary>
    /// <param name="location">Where the repository is.</param>
    /// <param name="words">What ssh has said.</param>
    /// <param name="lost">The error that tells no reason.</param>
    public static StorageException Explain(string location, string words, StorageException lost)
    {
        if (KeyProblem().Match(words) is { Success: true } key)
        {
            return new StorageException(
                "SftpKeyUnusable", RekkordErrorKind.Security, $"An SSH key for '{location}' cannot be used: {Line(key.Value)}. Correct [SFTP] KeyFile or KeyPassphrase, or put the key into ssh-agent.", location);
        }

        if (words.Contains("Permission denied (", StringComparison.Ordinal) || words.Contains("Too many authentication failures", StringComparison.Ordinal))
        {
            return new StorageException(
                "SftpAuthenticationFailed",
                RekkordErrorKind.PermissionDenied,
                $"The server of '{location}' does not let this account in: {Last(words)}. Check the user, [SFTP] KeyFile or Password, ssh-agent, and authorized_keys on the server.",
                location);
        }

        if (words.Contains("subsystem request failed", StringComparison.Ordinal))
            return new StorageException("SftpNotOffered", RekkordErrorKind.InvalidOperation, $"The server of '{location}' offers no SFTP. Turn it on there (sshd_config: Subsystem sftp internal-sftp).", location);
        if (Unreachable().Match(words) is { Success: true } reason)
        {
            return new StorageException(
                "SftpUnreachable", RekkordErrorKind.ReadError, $"The server of '{location}' is not reached: {Line(reason.Value)}. Check the host's name, the port, and the network.", location)
            {
                IsTransient = !words.Contains("Name or service not known", StringComparison.Ordinal),
            };
        }

        return WrongUse().Match(words) is { Success: true } use
            ? new StorageException("SftpCommandInvalid", RekkordErrorKind.InvalidArgument, $"ssh refuses its own settings for '{location}': {Line(use.Value)}. Correct ~/.ssh/config or [SFTP] Command.", location)
            : lost;
    }

    private static StorageException HostKeyError(string id, string location, string message) => new(id, RekkordErrorKind.Security, message, location);

    private static string Last(string words) => Line(words.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault(""));

    private static string Line(string words) => OneLine.From(words, 300).TrimEnd('.');

    [GeneratedRegex(@"Offending \S+ key in (.+):(\d+)")]
    private static partial Regex OffendingPlace();

    [GeneratedRegex(@"Load key .*?: (incorrect passphrase.*|invalid format.*|error in libcrypto.*|bad permissions.*)|Permissions \S+ for '.*' are too open|.*UNPROTECTED PRIVATE KEY FILE.*")]
    private static partial Regex KeyProblem();

    [GeneratedRegex(@"Could not resolve hostname.*|connect to host .* port \d+: .*|Connection (refused|timed out|reset|closed).*|kex_exchange_identification: .*|Network is unreachable|No route to host")]
    private static partial Regex Unreachable();

    [GeneratedRegex(@".*(Bad configuration option|unknown option|terminating, \d+ bad configuration|illegal option|Bad owner or permissions on).*")]
    private static partial Regex WrongUse();
}

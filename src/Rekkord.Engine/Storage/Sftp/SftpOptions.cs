namespace Rekkord.Engine.Storage.Sftp;

/// <summary>How an SFTP server is reached. What is not said, ssh's own configuration says.</summary>
public sealed record SftpOptions
{
    /// <summary>The account's password; null when there is none.</summary>
    public string? Password { get; init; }

    /// <summary>The private key, as a full path; null for ssh's own and the agent's.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The passphrase of the private key; null when there is none.</summary>
    public string? KeyPassphrase { get; init; }

    /// <summary>The fingerprint that the host's key must have, as in <c>SHA256:…</c>; null to look into known_hosts.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The program that connects, with its first arguments; null for <c>ssh</c>.</summary>
    public string? Command { get; init; }

    /// <summary>How long the server may leave requests unanswered.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many connections there are at most.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Nothing of it: it holds secrets.</summary>
    public override string ToString() => nameof(SftpOptions);
}

namespace Rekkord.Engine.Configuration;

/// <summary>What a command's caller said about the configuration.</summary>
public sealed record ConfigurationRequest
{
    /// <summary>The file to read; null to look for one.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The repository, over environment and file.</summary>
    public string? Repository { get; init; }

    /// <summary>The keyfile, over environment and file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// The caller's current location, which relative paths of parameters and environment variables start from; the process's
    /// current directory when null.
    /// </summary>
    public string? WorkingDirectory { get; init; }
}

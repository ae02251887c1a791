using System.Management.Automation;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>The cmdlets that work with a configuration and a repository.</summary>
public abstract class RepositoryCommand : RekkordCommand
{
    /// <summary>The configuration file; otherwise <c>$env:REKKORD_CONFIG_FILE</c>, the user's, or the machine's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>The repository's path or URL; otherwise <c>$env:REKKORD_REPOSITORY</c> or the configuration's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Repository { get; set; }

    /// <summary>The keyfile; otherwise <c>$env:REKKORD_KEY_FILE</c> or the configuration's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KeyFile { get; set; }

    private protected RekkordConfig LoadConfig() => RekkordConfig.Load(new ConfigurationRequest
    {
        ConfigPath = ConfigPath is null ? null : ResolvePath(ConfigPath),
        Repository = Repository,
        KeyFile = KeyFile is null ? null : ResolvePath(KeyFile),
        WorkingDirectory = CurrentDirectory,
    });

    /// <summary>Opens the repository that parameters, environment and file name.</summary>
    private protected static RepositoryAccess OpenRepository(RekkordConfig config)
    {
        var url = config.Repository.Url.Value ?? throw new RekkordException(
            "RepositoryNotGiven",
            RekkordErrorKind.InvalidArgument,
            "No repository is given. Name it with -Repository, $env:REKKORD_REPOSITORY, or URL in the [Repository] section of the configuration.");
        var keyFile = config.Repository.KeyFile.Value ?? throw new RekkordException(
            "KeyFileNotGiven",
            RekkordErrorKind.InvalidArgument,
            "No keyfile is given. Name it with -KeyFile, $env:REKKORD_KEY_FILE, or KeyFile in the [Repository] section of the configuration.");
        return RepositoryAccess.Open(ObjectStore.Open(url), Engine.Cryptography.KeyFile.Read(keyFile));
    }
}

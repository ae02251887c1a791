using System.Management.Automation;
using System.Security;
using Rekkord.Cmdlets.Loading;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Native;
using Rekkord.Engine.Repository;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>The cmdlets that open a repository.</summary>
public abstract class RepositoryCommand : ConfigurationCommand
{
    /// <summary>The keyfile's passphrase, if it has one; otherwise Unlock-RekkordKey's, <c>$env:REKKORD_PASSPHRASE</c>, the place that the configuration names, or a question where somebody can answer.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>Opens the repository that parameters, environment and file name. A keyfile of the wrong role is refused before anything else is done.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="permission">What the command needs the keyfile for; null when any will do.</param>
    private protected RepositoryAccess OpenRepository(RekkordConfig config, KeyPermission? permission)
    {
        var (url, keys) = ReadKeys(config, permission);
        try
        {
            var repository = RepositoryAccess.Open(url, keys, options: CreateStoreOptions(config), cancellation: StopToken);
            if (MayCache)
                repository.RememberTags();
            return repository;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Whether local files may be made that make the next run faster. With <c>-WhatIf</c> not where there have been none yet.</summary>
    private protected bool MayCache => !IsWhatIf || Directory.Exists(CacheLocation.Default);

    /// <summary>How the store of a repository is used.</summary>
    private protected virtual StoreOptions CreateStoreOptions(RekkordConfig config) =>
        StoreOptions.From(config, config.Repository.Url.Value, reference => SecretSource.FindText(reference, StopToken)) with { Note = AddNote, CacheDirectory = MayCache ? CacheLocation.Default : null };

    /// <summary>Where saves, scans and restores run; says which with <c>-Verbose</c>.</summary>
    /// <param name="repository">What it is for.</param>
    private protected EngineOperations ChooseEngine(AwaitedRepository repository)
    {
        var refusal = EngineOperations.RunsInLibrary(repository) ? NativeEngine.Refusal : "The native one has no upload limit for a repository in a directory.";
        WriteVerbose(refusal is null ? "The engine runs as native code." : $"The engine is compiled as it runs. {refusal}");
        return new EngineOperations(NativeEngine.Library);
    }

    /// <summary>The repository that parameters, environment and file name, and its keys. A keyfile of the wrong role is refused.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="permission">What the command needs the keyfile for; null when any will do.</param>
    private protected (string Url, KeyMaterial Keys) ReadKeys(RekkordConfig config, KeyPermission? permission)
    {
        var url = config.Repository.Url.Value ?? throw new RekkordException(
            "RepositoryNotGiven",
            RekkordErrorKind.InvalidArgument,
            "No repository was given. Give one with -Repository, $env:REKKORD_REPOSITORY, or URL in the [Repository] section of the configuration.");
        var keyFile = RequireKeyFile(config);
        var keys = ReadKeyFile(keyFile, config, "-Passphrase", () => PassphraseOf(keyFile, config).FindOrAsk(Host, StopToken));
        try
        {
            if (permission is { } needed)
                keys.Demand(needed, MyInvocation.MyCommand.Name, keyFile);
            return (url, keys);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Where the passphrase of the repository's keyfile comes from.</summary>
    private protected PassphraseSource PassphraseOf(string keyFile, RekkordConfig config) => new(keyFile) { Given = Passphrase, Reference = config.Repository.PassphraseFrom.Value };
}

using Rekkord.Engine.Browsing;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>The cmdlets that look into snapshots from a pipeline. A repository is opened once for all of it that comes down the pipeline in a row.</summary>
public abstract class BrowsingCommand : SnapshotInputCommand
{
    private RekkordConfig? _config;
    private RepositoryAccess? _repository;
    private SnapshotBrowser? _browser;

    /// <summary>Opens a snapshot.</summary>
    /// <param name="reference">An ID, the beginning of one, or a channel.</param>
    private protected SnapshotContent OpenSnapshot(string reference) => OpenBrowser().Open(reference, WriteWarning, StopToken);

    /// <summary>Opens the repository, unless it is open.</summary>
    private protected SnapshotBrowser OpenBrowser()
    {
        if (FindConfig() is var config && config != _config)
            Close();
        _repository ??= OpenRepository(_config = config, KeyPermission.Read);
        return _browser ??= new SnapshotBrowser(_repository);
    }

    /// <summary>Writes what kept a part of a snapshot from being read.</summary>
    private protected void WriteFailure(RekkordException error) => WriteError(ErrorRecords.Create(error));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close();
        base.Dispose(disposing);
    }

    private void Close()
    {
        _browser?.Dispose();
        _repository?.Dispose();
        (_browser, _repository) = (null, null);
    }
}

using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Cmdlets.Provider;

/// <summary>
/// A drive that shows a repository. It holds the repository open, with its keys, until it is removed. All paths of its items begin with its
/// name, so that the path of an item leads back to its drive.
/// </summary>
public sealed class RekkordDrive : PSDriveInfo
{
    private const int MostWarnings = 100;

    private readonly RepositoryView _view;
    private readonly IReadOnlyDictionary<string, string> _place;
    private readonly string[] _base;
    private readonly Runspace _session;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private long _endedCommands;

    internal RekkordDrive(PSDriveInfo drive, OpenedDrive opened, Runspace session)
        : base(drive.Name, drive.Provider, $"{drive.Name}:", drive.Description, drive.Credential, opened.View.Location)
    {
        _view = opened.View;
        _place = opened.Place;
        _base = DriveName.Split(drive.Root);
        _session = session;
        _session.StateChanged += CloseWithSession;
    }

    /// <summary>The directory or URL of the repository.</summary>
    public string Repository => _view.Location;

    /// <summary>What the drive shows. A command of the module that has ended since may have made a snapshot, or removed one.</summary>
    internal RepositoryView View
    {
        get
        {
            if (_endedCommands != RekkordCommand.Ended)
                _view.Refresh();
            _endedCommands = RekkordCommand.Ended;
            return _view;
        }
    }

    /// <summary>
    /// Adds to an item what the drive was made with, under the names of the parameters that take it from a pipeline. A passphrase is not
    /// among it: objects are stored, shown and sent elsewhere.
    /// </summary>
    internal PSObject AddPlace(object item)
    {
        var described = PSObject.AsPSObject(item);
        foreach (var (parameter, value) in _place)
            described.Properties.Add(new PSNoteProperty(parameter, value), preValidated: true);
        return described;
    }

    /// <summary>Whether a path of the provider's is one of this drive.</summary>
    internal bool Holds(string path) => path.StartsWith(Root, StringComparison.OrdinalIgnoreCase) && (path.Length == Root.Length || path[Root.Length] is '/' or '\\');

    /// <summary>What a path leads to; null when there is nothing.</summary>
    /// <param name="path">A path of the provider's, which begins with the root of the drive.</param>
    internal DriveItem? Find(string path)
    {
        DriveItem? found = new RepositoryItem(View);
        foreach (var name in _base.Concat(DriveName.Split(Holds(path) ? path[Root.Length..] : path)))
            found = found?.Find(name);
        return found;
    }

    /// <summary>Begins an operation, which may write objects while it reads.</summary>
    /// <param name="warn">Is told of what is wrong with the repository, once for each drive.</param>
    internal void BeginUse(Action<string> warn)
    {
        _view.Warn = message =>
        {
            if (_told.Count < MostWarnings && _told.Add(message))
                warn(message);
        };
        _view.BeginUse();
    }

    /// <summary>Ends it.</summary>
    internal void EndUse() => _view.EndUse();

    /// <summary>Ends what a reader is reading. May come from any thread.</summary>
    internal void Interrupt(object reader) => _view.Interrupt(reader);

    /// <summary>Closes the repository and wipes its keys.</summary>
    internal void Close()
    {
        _session.StateChanged -= CloseWithSession;
        _view.Dispose();
    }

    /// <summary>PowerShell removes no drives when a session ends.</summary>
    private void CloseWithSession(object? session, RunspaceStateEventArgs change)
    {
        if (change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
            Close();
    }
}

/// <summary>What New-PSDrive takes for a drive of this provider.</summary>
public sealed class RekkordDriveParameters
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

    /// <summary>The keyfile's passphrase, if it has one; otherwise Unlock-RekkordKey's, <c>$env:REKKORD_PASSPHRASE</c>, the place that the configuration names, or a question where somebody can answer.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>The parameters that were given.</summary>
    internal Dictionary<string, object> Given()
    {
        (string Name, object? Value)[] all = [(nameof(ConfigPath), ConfigPath), (nameof(Repository), Repository), (nameof(KeyFile), KeyFile), (nameof(Passphrase), Passphrase)];
        return all.Where(parameter => parameter.Value is not null).ToDictionary(parameter => parameter.Name, parameter => parameter.Value!);
    }
}

/// <summary>Opens the repository of a new drive, in the way of the cmdlets. It is one that nobody can call by its name.</summary>
internal sealed class OpenDriveCommand : RepositoryCommand
{
    private const string NewDrive = "New-PSDrive";

    /// <summary>Opens it.</summary>
    /// <param name="shell">A shell of the session, which can be stopped.</param>
    /// <param name="parameters">The parameters of New-PSDrive that say which repository.</param>
    /// <exception cref="RuntimeException">It cannot be opened.</exception>
    public static OpenedDrive Run(PowerShell shell, RekkordDriveParameters? parameters)
    {
        // Its messages name the command that the user called.
        shell.AddCommand(new CmdletInfo(NewDrive, typeof(OpenDriveCommand))).AddParameters(parameters?.Given() ?? []);
        Collection<PSObject> opened = shell.Invoke();
        return (OpenedDrive)opened[0].BaseObject;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var config = LoadConfig();
        WriteObject(new OpenedDrive(new RepositoryView(OpenRepository(config, KeyPermission.Read)), FindPlace(config.Repository)));
    });

    /// <summary>The parameters that lead to the repository, with full paths. A URL with a password in it is left out.</summary>
    private Dictionary<string, string> FindPlace(Engine.Configuration.RepositoryConfig config)
    {
        (string Name, string? Value)[] all =
        [
            (nameof(ConfigPath), ConfigPath is null ? null : ResolvePath(ConfigPath)),
            (nameof(Repository), Repository is null || config.DisplayUrl != config.Url.Value ? null : config.Url.Value),
            (nameof(KeyFile), KeyFile is null ? null : config.KeyFile.Value),
        ];
        return all.Where(parameter => parameter.Value is not null).ToDictionary(parameter => parameter.Name, parameter => parameter.Value!);
    }

    // The drive outlives the command, which then shows no notes any more.
    private protected override Engine.Repository.StoreOptions CreateStoreOptions(Engine.Configuration.RekkordConfig config) => base.CreateStoreOptions(config) with { Note = static _ => { } };
}

/// <summary>The repository of a new drive.</summary>
/// <param name="View">What looks into it.</param>
/// <param name="Place">The parameters of New-PSDrive that led to it, without a secret.</param>
internal sealed record OpenedDrive(RepositoryView View, IReadOnlyDictionary<string, string> Place);

using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Management.Automation.Runspaces;
using System.Text;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Errors;

namespace Rekkord.Cmdlets.Provider;

/// <summary>
/// Shows a repository as a drive: <c>channel/snapshot/path</c>. It can be read and not written. PowerShell makes an object of this class for
/// each operation; what lasts is in the <see cref="RekkordDrive"/>.
/// </summary>
[CmdletProvider("Rekkord", ProviderCapabilities.Filter | ProviderCapabilities.ShouldProcess)]
public sealed class RekkordProvider : NavigationCmdletProvider, IContentCmdletProvider
{
    // Directories are followed no deeper than they are saved.
    private const int MostLevels = 4096;

    private RekkordDrive? _drive;
    private PowerShell? _opening;

    /// <inheritdoc/>
    protected override object NewDriveDynamicParameters() => new RekkordDriveParameters();

    /// <inheritdoc/>
    protected override PSDriveInfo NewDrive(PSDriveInfo drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        using var shell = _opening = PowerShell.Create(RunspaceMode.CurrentRunspace);
        RekkordDrive? made = null;
        try
        {
            RekkordCommand.RequireOwnModule(drive.Provider.Module);
            made = new RekkordDrive(drive, OpenDriveCommand.Run(shell, DynamicParameters as RekkordDriveParameters), Runspace.DefaultRunspace);
            return drive.Root.Length == 0 || Read(made, () => made.Find(made.Root)) is { IsContainer: true } ? made : throw NotFound(drive.Root);
        }
        catch (Exception error) when (error is RekkordException or RuntimeException and not PipelineStoppedException)
        {
            made?.Close();
            throw End(error);
        }
        finally
        {
            _opening = null;
        }
    }

    /// <inheritdoc/>
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        (drive as RekkordDrive)?.Close();
        return drive;
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        _opening?.BeginStop(null, null);
        _drive?.Interrupt(this);
    }

    /// <inheritdoc/>
    protected override bool IsValidPath(string path) => true;

    /// <inheritdoc/>
    protected override bool ItemExists(string path) => Ask(path, item => item is not null);

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) => Ask(path, item => item is { IsContainer: true });

    /// <inheritdoc/>
    protected override bool HasChildItems(string path) => IsItemContainer(path);

    /// <inheritdoc/>
    protected override string GetChildName(string path) => DriveName.Split(path) is [.., var name] ? name : "";

    /// <inheritdoc/>
    protected override void GetItem(string path)
    {
        if (Require(path) is { } item)
            Write(item, path);
    }

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new RekkordChildParameters();

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new RekkordChildParameters();

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth)
    {
        if (Force)
            Guard(path, Refresh);
        if (Require(path) is not { } item)
            return;
        if (item.IsContainer)
            Guard(path, _ => WriteLevels(item, path, recurse ? depth : 0));
        else
            Write(item, path);

        static bool Refresh(RekkordDrive drive)
        {
            drive.View.Refresh();
            return true;
        }
    }

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers)
    {
        if (Find(path) is not { IsContainer: true } item)
            return;
        var filter = CreateFilter();
        var isEvery = returnContainers == ReturnContainers.ReturnAllContainers;
        Guard(path, _ =>
        {
            foreach (var child in List(item).Where(child => (isEvery && child.IsContainer) || filter(child)))
                WriteItemObject(child.Name, MakePath(path, child.Name), child.IsContainer);
            return true;
        });
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new RekkordContentParameters();

    /// <inheritdoc/>
    public IContentReader GetContentReader(string path)
    {
        RequireSupported("Wait", "Delimiter", "Stream");
        var parameters = new RekkordContentParameters { Raw = IsSet("Raw"), AsByteStream = IsSet("AsByteStream") };
        if (ValueOf("Encoding") is Encoding encoding)
            parameters.Encoding = encoding;
        return Guard(path, drive => new DriveContentReader(Read(drive, () => drive.Find(path)?.OpenContent() ?? throw NotFound(path)), parameters, drive.View, this));
    }

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => null!;

    /// <inheritdoc/>
    public IContentWriter GetContentWriter(string path) => throw End(ReadOnly(path));

    /// <inheritdoc/>
    public object ClearContentDynamicParameters(string path) => null!;

    /// <inheritdoc/>
    public void ClearContent(string path) => throw End(ReadOnly(path));

    /// <inheritdoc/>
    protected override void SetItem(string path, object value) => Refuse(path);

    /// <inheritdoc/>
    protected override void ClearItem(string path) => Refuse(path);

    /// <inheritdoc/>
    protected override void NewItem(string path, string itemTypeName, object newItemValue) => Refuse(path);

    /// <summary>Has no parameters, and is where Remove-Item can be refused before it asks whether to remove all that is in a directory.</summary>
    protected override object RemoveItemDynamicParameters(string path, bool recurse) => throw End(ReadOnly(path));

    /// <inheritdoc/>
    protected override void RemoveItem(string path, bool recurse) => Refuse(path);

    /// <inheritdoc/>
    protected override void RenameItem(string path, string newName) => Refuse(path);

    /// <inheritdoc/>
    protected override void MoveItem(string path, string destination) => Refuse(path);

    /// <summary>Has no parameters, and is where a copy to elsewhere can be refused with the way to do it: PowerShell copies within one provider only.</summary>
    protected override object CopyItemDynamicParameters(string path, string destination, bool recurse) => throw End(ReadOnly(path));

    /// <inheritdoc/>
    protected override void CopyItem(string path, string copyPath, bool recurse) => Refuse(copyPath);

    /// <summary>Writes what is in a directory, and then the same of the directories in it, as Get-ChildItem does for files.</summary>
    private bool WriteLevels(DriveItem top, string path, uint depth)
    {
        var filter = CreateFilter();
        WriteLevel(top, path, filter);
        var open = new Stack<(string Path, IEnumerator<DriveItem> Items)>();
        if (depth > 0)
            open.Push((path, top.List(this, IsTold).GetEnumerator()));
        while (open.TryPeek(out var level) && !Stopping)
        {
            if (!level.Items.MoveNext())
            {
                open.Pop();
                continue;
            }

            if (level.Items.Current is not { IsContainer: true } directory)
                continue;
            var below = MakePath(level.Path, directory.Name);
            WriteLevel(directory, below, filter);
            if (open.Count < depth && open.Count < MostLevels)
                open.Push((below, directory.List(this, IsTold).GetEnumerator()));
        }

        return true;

        // The first time that the directory was read, what is wrong with it was written.
        static void IsTold(RekkordException error)
        {
        }
    }

    private void WriteLevel(DriveItem directory, string path, Func<DriveItem, bool> filter)
    {
        foreach (var child in List(directory).Where(filter))
            Write(child, MakePath(path, child.Name));
    }

    private void Write(DriveItem item, string path) => WriteItemObject(DriveOf(path).AddPlace(item.ToObject(path)), path, item.IsContainer);

    /// <summary>What -Filter, -File and -Directory let through.</summary>
    private Func<DriveItem, bool> CreateFilter()
    {
        RequireSupported("Attributes", "FollowSymlink", "Hidden", "ReadOnly", "System");
        var (files, directories) = (IsSet("File"), IsSet("Directory"));
        var pattern = string.IsNullOrEmpty(Filter) ? null : new WildcardPattern(Filter, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return item => (pattern is null || pattern.IsMatch(item.Name))
            && (files == directories || directories == item.IsContainer);
    }

    /// <summary>
    /// The value of a parameter that depends on the provider. Where the path comes through the pipeline, PowerShell takes the parameters of
    /// the current location's provider, which is mostly that of files. They have the same names.
    /// </summary>
    private object? ValueOf(string parameter) => DynamicParameters is { } given ? PSObject.AsPSObject(given).Properties[parameter]?.Value : null;

    private bool IsSet(string parameter) => ValueOf(parameter) switch
    {
        SwitchParameter given => given.IsPresent,
        string delimiter => parameter != "Delimiter" || delimiter != "\n",
        var other => other is not null,
    };

    /// <summary>Refuses parameters of the file system's that a drive does not have.</summary>
    private void RequireSupported(params string[] others)
    {
        if (Array.Find(others, IsSet) is { } given)
            throw End(new RekkordException("ParameterUnsupported", RekkordErrorKind.InvalidArgument, $"-{given} is for files on a disk, and not for a drive that shows snapshots. Leave it out.", given));
    }

    private IEnumerable<DriveItem> List(DriveItem directory) =>
        directory.List(this, error => WriteError(ErrorRecords.Create(error))).TakeWhile(_ => !Stopping);

    private DriveItem? Find(string path) => Guard(path, drive => Read(drive, () => drive.Find(path)));

    private DriveItem? Require(string path)
    {
        var found = Find(path);
        if (found is null)
            WriteError(ErrorRecords.Create(NotFound(path)));
        return found;
    }

    private T Read<T>(RekkordDrive drive, Func<T> read)
    {
        _drive = drive;
        return Stopping ? throw new PipelineStoppedException() : drive.View.Read(this, read);
    }

    /// <summary>Runs what reads, so that its exceptions become errors of PowerShell's with their own IDs.</summary>
    private T Guard<T>(string path, Func<RekkordDrive, T> action)
    {
        try
        {
            return Use(path, action);
        }
        catch (RekkordException error)
        {
            throw End(error);
        }
    }

    /// <summary>
    /// Answers a question of PowerShell's about a path. Whatever fails here would become "Cannot find path", so the answer is yes when it cannot
    /// be told: what comes next then fails, and says why.
    /// </summary>
    private bool Ask(string path, Func<DriveItem?, bool> question)
    {
        try
        {
            return Use(path, drive => question(Read(drive, () => drive.Find(path))));
        }
        catch (RekkordException)
        {
            return true;
        }
    }

    private T Use<T>(string path, Func<RekkordDrive, T> action)
    {
        var drive = DriveOf(path);
        drive.BeginUse(WriteWarning);
        try
        {
            return action(drive);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            drive.EndUse();
        }
    }

    /// <summary>The drive of a path. A path that names the provider and no drive begins with the name of one all the same.</summary>
    private RekkordDrive DriveOf(string path) => PSDriveInfo as RekkordDrive
        ?? SessionState.Drive.GetAll().OfType<RekkordDrive>().FirstOrDefault(known => known.Holds(path))
        ?? throw new RekkordException("DriveNotFound", RekkordErrorKind.NotFound, $"'{path}' does not begin with the name of a drive of the provider Rekkord. New-PSDrive makes one.", path);

    private static RekkordException NotFound(string path) => new("ItemNotFound", RekkordErrorKind.NotFound, $"There is no '{path}'. A path has a channel, a snapshot, and a path in it: Get-ChildItem lists what there is.", path);

    private void Refuse(string path) => WriteError(ErrorRecords.Create(ReadOnly(path)));

    private static RekkordException ReadOnly(string path) => new(
        "DriveReadOnly",
        RekkordErrorKind.PermissionDenied,
        $"'{path}' is in a drive that shows snapshots, and snapshots do not change. Remove-RekkordSnapshot removes whole ones. To copy out of the drive: Get-Item PATH | Restore-RekkordSnapshot -Destination DIRECTORY",
        path);

    /// <summary>Ends the operation with an error. PowerShell forgets the ID of a provider's, except where the exception has the record itself.</summary>
    private DriveException End(Exception error)
    {
        var ending = new DriveException(ErrorRecords.Create(error));
        ThrowTerminatingError(ending.ErrorRecord);
        return ending;
    }
}

/// <summary>What ended an operation of a drive, with its record.</summary>
internal sealed class DriveException : Exception, IContainsErrorRecord
{
    public DriveException(ErrorRecord record)
        : base(record.Exception.Message, record.Exception) => ErrorRecord = new ErrorRecord(this, record.FullyQualifiedErrorId, record.CategoryInfo.Category, record.TargetObject);

    /// <inheritdoc/>
    public ErrorRecord ErrorRecord { get; }
}

/// <summary>What Get-ChildItem takes for a drive.</summary>
public sealed class RekkordChildParameters
{
    /// <summary>Only what holds nothing: files, links and the like.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }

    /// <summary>Only directories, snapshots and channels.</summary>
    [Parameter]
    public SwitchParameter Directory { get; set; }
}

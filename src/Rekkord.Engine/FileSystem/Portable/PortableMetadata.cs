using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// Puts metadata on an entry in the order in which one step does not undo another or forbid the next: extended attributes or streams,
/// owner, mode, times, Windows attributes (read-only among them), security descriptor. On Windows, links get times only.
/// </summary>
internal sealed class PortableMetadata
{
    // Those that SetFileAttributes takes; compression, encryption and sparseness are set in other ways.
    private const FileAttributes SettableAttributes =
        FileAttributes.ReadOnly | FileAttributes.Hidden | FileAttributes.System | FileAttributes.Archive
        | FileAttributes.Temporary | FileAttributes.NotContentIndexed;

    private const string Owners = "owners";
    private const string Attributes = "extended attributes";
    private const string Modes = "modes";
    private const string Times = "modification times";
    private const string WindowsProperties = "properties of Windows";

    private const uint SpecialBits = 0xc00; // setuid and setgid

    private readonly string _path;
    private readonly SafeFileHandle? _handle;
    private readonly FileMetadata _metadata;
    private readonly List<MetadataProblem> _problems = [];
    private uint _mode;

    private PortableMetadata(string path, SafeFileHandle? handle, FileMetadata metadata)
    {
        _path = path;
        _handle = handle;
        _metadata = metadata;
        _mode = (metadata.Mode ?? 0) & 0xfff;
    }

    /// <summary>Applies the metadata.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="handle">
    /// For a file that has been written, its handle: Windows takes the end of writing for the modification time when the handle
    /// is closed, unless the time was set through that very handle.
    /// </param>
    /// <param name="metadata">What it gets.</param>
    /// <returns>What is not as it was saved.</returns>
    internal static IReadOnlyList<MetadataProblem> Apply(string path, SafeFileHandle? handle, FileMetadata metadata)
    {
        var writer = new PortableMetadata(path, handle, metadata);
        writer.ApplyAttributes();
        if (!OperatingSystem.IsWindows())
            writer.ApplyOwnerAndMode();
        writer.ApplyTimes();
        if (OperatingSystem.IsWindows())
            writer.ApplyWindowsMetadata();
        return writer._problems;
    }

    private bool IsLink => _metadata.Kind == FileKind.SymbolicLink;

    private void ApplyAttributes()
    {
        foreach (var attribute in _metadata.ExtendedAttributes)
        {
            var what = ExtendedAttribute.Describe(attribute.Name);
            if (IsLink && ExtendedAttribute.IsStream(attribute.Name)) // Windows would write it to what the link leads to
                Report(Attributes, $"The {what} was left out", "the streams of links are not restored");
            else if (!PortableAttributes.IsNative(attribute.Name))
                Report(Attributes, $"The {what} was left out", "this system has no such attributes");
            else
                Try(Attributes, $"The {what} could not be set", () => PortableAttributes.Write(_path, attribute));
        }
    }

    [UnsupportedOSPlatform("windows")]
    private void ApplyOwnerAndMode()
    {
        var user = Resolve(_metadata.UserId, _metadata.UserName, AccountDatabase.FindUser);
        var group = Resolve(_metadata.GroupId, _metadata.GroupName, AccountDatabase.FindGroup);
        if ((user, group) != (LibC.UnchangedId, LibC.UnchangedId) && !TrySetOwner(user, group))
        {
            // Only root may give files away, but a user may set each group that he or she is in.
            Report(Owners, $"The owner {user}:{group} could not be set", Marshal.GetLastPInvokeErrorMessage());
            TrySetOwner(LibC.UnchangedId, group);
            _mode &= ~SpecialBits; // they were meant for another owner
        }

        if (_metadata.Mode is not null && !IsLink)
            Try(Modes, $"The mode {Convert.ToString(_mode, 8)} could not be set", () => File.SetUnixFileMode(_path, (UnixFileMode)_mode));
    }

    private void ApplyTimes()
    {
        // On Linux .NET takes setting the time of creation for setting that of modification.
        if (_metadata.CreatedTime is { } created && !OperatingSystem.IsLinux())
            Try(Times, "The time of creation could not be set", () => SetCreatedTime(created.ToDateTimeOffset().UtcDateTime));
        Try(Times, "The modification time could not be set", () =>
        {
            SetModifiedTime();
            CheckModifiedTime();
        });
    }

    [SupportedOSPlatform("windows")]
    private void ApplyWindowsMetadata()
    {
        var attributes = (FileAttributes)(_metadata.WindowsAttributes ?? 0);
        if (IsLink)
        {
            if (attributes.HasFlag(FileAttributes.Directory))
                Try(WindowsProperties, "It could not be made a link to a directory", MakeDirectoryLink);
            return;
        }

        if (_metadata.WindowsAttributes is not null)
            Try(WindowsProperties, "The file attributes could not be set", () => File.SetAttributes(_path, attributes & SettableAttributes));
        if (attributes.HasFlag(FileAttributes.Encrypted))
            Report(WindowsProperties, "The Windows encryption was not restored", "its keys are not part of a snapshot");
        if (_metadata.SecurityDescriptor is { } descriptor && WindowsSecurity.Apply(_path, descriptor, withOwner: !_metadata.LeavesOwner) is { } problem)
            _problems.Add(new MetadataProblem(Owners, problem, IsSilent: false));
    }

    // A link is made before what it leads to may exist, and then as one to a file.
    private void MakeDirectoryLink()
    {
        var link = new FileInfo(_path);
        if (link.Attributes.HasFlag(FileAttributes.Directory) || link.LinkTarget is not { } target)
            return;
        link.Delete();
        Directory.CreateSymbolicLink(_path, target);
        SetModifiedTime();
    }

    private void SetCreatedTime(DateTime time)
    {
        if (_handle is not null)
            File.SetCreationTimeUtc(_handle, time);
        else
            Info().CreationTimeUtc = time;
    }

    private void SetModifiedTime()
    {
        var time = _metadata.ModifiedTime.ToDateTimeOffset().UtcDateTime;
        if (_handle is not null)
            File.SetLastWriteTimeUtc(_handle, time);
        else
            Info().LastWriteTimeUtc = time;
    }

    // FAT keeps times to two seconds; what is further away was not kept.
    private void CheckModifiedTime()
    {
        var wanted = _metadata.ModifiedTime.ToDateTimeOffset().UtcDateTime;
        var kept = _handle is not null ? File.GetLastWriteTimeUtc(_handle) : Info().LastWriteTimeUtc;
        if ((kept - wanted).Duration() >= TimeSpan.FromSeconds(2))
            _problems.Add(new MetadataProblem(Times, $"The modification time {wanted:u} became {kept:u}.", IsSilent: true));
    }

    private FileSystemInfo Info() => _metadata.Kind == FileKind.Directory ? new DirectoryInfo(_path) : new FileInfo(_path);

    private bool TrySetOwner(uint user, uint group) =>
        LibC.ChangeOwnerNoFollow(NativeName.FromText(_path), user, group) == 0;

    private void Try(string property, string problem, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (PortableErrors.IsFileError(error) || error is ArgumentOutOfRangeException)
        {
            Report(property, problem, error.Message.ReplaceLineEndings(" ").TrimEnd('.'));
        }
    }

    private void Report(string property, string problem, string reason) =>
        _problems.Add(new MetadataProblem(property, $"{problem} ({reason}).", IsSilent: false));

    private static uint Resolve(uint? number, string? name, Func<string, uint?> find) =>
        (name is null ? null : find(name)) ?? number ?? LibC.UnchangedId;
}

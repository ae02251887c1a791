using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>
/// Puts metadata on an entry in the order in which one step does not undo another: owner (its change clears setuid and file
/// capabilities), extended attributes (an ACL changes the mode), mode, times. What fails is noted and the rest still done.
/// </summary>
/// <remarks>
/// A call that succeeded may have done nothing, as on file systems that keep no owners or modes of their own: the status is read back.
/// The owner is set by name where the machine knows the name, and by number otherwise, as tar does. An entry saved on Windows
/// has no mode and stays private to the user who restores it. The time of creation has no call on Linux.
/// </remarks>
internal sealed class MetadataWriter
{
    private const string Owners = "owners";
    private const string Attributes = "extended attributes";
    private const string Modes = "modes";
    private const string Times = "modification times";

    private const uint SetUserId = 0x800; // 04000
    private const uint SetGroupId = 0x400; // 02000
    private const uint SpecialBits = 0xe00; // 07000
    private const uint AllBits = 0xfff; // 07777

    // Every file system in use keeps times from 1970 to 2038; outside, the kernel cuts to what the file system can without a word.
    private const long LastCommonTime = int.MaxValue;

    // FAT keeps times to two seconds, and no other file system is that coarse.
    private const long CoarsestTime = 2;

    private readonly MetadataTarget _target;
    private readonly FileMetadata _metadata;
    private readonly AttributesBefore _before;
    private List<MetadataProblem>? _problems;
    private uint _user = LibC.UnchangedId;
    private uint _group = LibC.UnchangedId;
    private uint? _mode;
    private FileTime? _time;

    private MetadataWriter(MetadataTarget target, FileMetadata metadata, AttributesBefore before)
    {
        _target = target;
        _metadata = metadata;
        _before = before;
        _mode = metadata.Kind == FileKind.SymbolicLink ? null : metadata.Mode & AllBits;
    }

    /// <summary>Applies the metadata.</summary>
    /// <param name="target">The entry.</param>
    /// <param name="metadata">What it gets.</param>
    /// <param name="before">Which attributes it has already.</param>
    /// <returns>What is not as it was saved.</returns>
    internal static IReadOnlyList<MetadataProblem> Apply(MetadataTarget target, FileMetadata metadata, AttributesBefore before)
    {
        var writer = new MetadataWriter(target, metadata, before);
        writer.ApplyOwner();
        writer.ApplyAttributes();
        writer.ApplyMode();
        writer.ApplyTimes();
        writer.CheckResult();
        return writer._problems ?? (IReadOnlyList<MetadataProblem>)[];
    }

    private void ApplyOwner()
    {
        var user = Resolve(_metadata.UserId, _metadata.UserName, AccountDatabase.FindUser);
        var group = Resolve(_metadata.GroupId, _metadata.GroupName, AccountDatabase.FindGroup);
        if (user == LibC.UnchangedId && group == LibC.UnchangedId)
            return;

        var error = Try(() => _target.SetOwner(user, group));
        if (error == 0)
        {
            (_user, _group) = (user, group);
            return;
        }

        // Only root may give files away, but a user may set each group that he or she is in.
        var groupError = group == LibC.UnchangedId ? 0 : Try(() => _target.SetOwner(LibC.UnchangedId, group));
        var userIsRight = user == LibC.UnchangedId || (_target.ReadStatus(out var status) == 0 && status.UserId == user);
        if (!userIsRight)
            Report(Owners, $"The owner {Describe(_metadata.UserName, user)} could not be set", error);
        if (groupError != 0)
            Report(Owners, $"The group {Describe(_metadata.GroupName, group)} could not be set", groupError);
        DropBitsOfOtherOwner(userIsRight, groupIsRight: groupError == 0);
    }

    /// <summary>A program that was to run with its owner's rights must not run with those of whoever restores it.</summary>
    /// <returns>Whether there were such bits.</returns>
    private bool DropBitsOfOtherOwner(bool userIsRight, bool groupIsRight)
    {
        var dropped = (_mode ?? 0) & ((userIsRight ? 0 : SetUserId) | (groupIsRight ? 0 : SetGroupId));
        if (dropped == 0)
            return false;
        _mode &= ~dropped;
        Report(Modes, "Its setuid and setgid bits were left out, because they would apply to another owner", error: 0);
        return true;
    }

    private void ApplyAttributes()
    {
        if (_mode is not null)
            RemoveOtherAttributes();

        foreach (var attribute in _metadata.ExtendedAttributes)
        {
            if (ExtendedAttribute.IsStream(attribute.Name))
            {
                Report(Attributes, $"The {ExtendedAttribute.Describe(attribute.Name)} was left out, because only Windows has such", error: 0);
                continue;
            }

            if (attribute.Name.Length == 0 || attribute.Name.Contains((byte)0))
            {
                Report(Attributes, $"The extended attribute '{FileName.ToDisplay(attribute.Name)}' has a name that is not valid for an attribute", error: 0);
                continue;
            }

            byte[] name = [.. attribute.Name, 0];
            var error = Try(() => _target.SetAttribute(name, attribute.Value));
            if (error != 0 && !HasAlready(attribute))
                Report(Attributes, $"The extended attribute '{FileName.ToDisplay(attribute.Name)}' could not be set", error);
        }
    }

    /// <summary>Removes what the saved entry did not have: it would let others in, or pass on to what is made in a directory.</summary>
    private void RemoveOtherAttributes()
    {
        if (_before == AttributesBefore.None)
            return;
        foreach (var name in _before == AttributesBefore.Own ? ListRemovable() : [PosixAcl.Access, PosixAcl.Default])
        {
            if (_metadata.ExtendedAttributes.Any(attribute => name.AsSpan()[..^1].SequenceEqual(attribute.Name)))
                continue;
            var error = Try(() => _target.RemoveAttribute(name));
            if (error is not (0 or Errno.ENODATA or Errno.EOPNOTSUPP or Errno.EACCES))
                Report(Attributes, $"The extended attribute '{FileName.ToDisplay(name.AsSpan()[..^1])}', which was not saved, could not be removed", error);
        }
    }

    /// <summary>The ACLs, and the attributes that users set. Others, such as a security label, are the system's to set and to keep.</summary>
    private IReadOnlyList<byte[]> ListRemovable()
    {
        try
        {
            var users = _target.ReadAttributes().Select(attribute => attribute.Name).Where(name => name.AsSpan().StartsWith("user."u8));
            return [PosixAcl.Access, PosixAcl.Default, .. users.Select(name => (byte[])[.. name, 0])];
        }
        catch (FileSystemException error)
        {
            Report(Attributes, "The extended attributes that were there before could not be read", error.ErrorNumber);
            return [PosixAcl.Access, PosixAcl.Default];
        }
    }

    // A security label, for example, may be right although the user may not set it.
    private bool HasAlready(ExtendedAttribute attribute)
    {
        try
        {
            return _target.ReadAttributes().Any(
                present => present.Name.AsSpan().SequenceEqual(attribute.Name) && present.Value.AsSpan().SequenceEqual(attribute.Value));
        }
        catch (FileSystemException)
        {
            return false; // what cannot be read back is reported as not set
        }
    }

    private void ApplyMode()
    {
        if (_mode is not { } mode)
            return;
        var error = Try(() => _target.SetMode(mode));
        if (error == 0)
            return;
        Report(Modes, $"The mode {Octal(mode)} could not be set", error);
        _mode = null;
    }

    private void ApplyTimes()
    {
        // Both: libfuse 2 answers a call that omits one with success, and does nothing.
        var now = FileTime.Now;
        var error = Try(() => _target.SetTimes(
        [
            new LibC.TimeSpecification(now.Seconds, now.Nanoseconds),
            new LibC.TimeSpecification(_metadata.ModifiedTime.Seconds, _metadata.ModifiedTime.Nanoseconds),
        ]));
        if (error == 0)
            _time = _metadata.ModifiedTime;
        else
            Report(Times, "The modification time could not be set", error);
    }

    /// <summary>Compares what was set without an error with what is there.</summary>
    private void CheckResult()
    {
        var error = _target.ReadStatus(out var status);
        if (error != 0)
        {
            Report(Modes, "Its owner, mode and time could not be read back, so they may not be as they were saved", error);
            return;
        }

        CheckOwner(status);
        CheckMode(status.Mode);
        CheckTime(status.ModifiedTime);
    }

    private void CheckOwner(FileStatus status)
    {
        var userIsRight = _user == LibC.UnchangedId || status.UserId == _user;
        var groupIsRight = _group == LibC.UnchangedId || status.GroupId == _group;
        if (userIsRight && groupIsRight)
            return;
        ReportSilent(Owners, $"The owner {_user}:{_group} became {status.UserId}:{status.GroupId}");
        if (DropBitsOfOtherOwner(userIsRight, groupIsRight))
            ApplyMode();
    }

    private void CheckMode(uint kept)
    {
        if (_mode is not { } mode || kept == mode)
            return;
        if ((kept & ~mode) == 0 && (mode & ~kept & ~SpecialBits) == 0)
            Report(Modes, $"The mode {Octal(mode)} became {Octal(kept)}: the system dropped a bit that the user may not set", error: 0);
        else
            ReportSilent(Modes, $"The mode {Octal(mode)} became {Octal(kept)}");
    }

    private void CheckTime(FileTime kept)
    {
        if (_time is not { } time || Math.Abs((decimal)kept.Seconds - time.Seconds) < CoarsestTime)
            return;
        var change = $"The modification time {time.ToDateTimeOffset():u} became {kept.ToDateTimeOffset():u}";
        if (time.Seconds is < 0 or > LastCommonTime)
            Report(Times, $"{change}, the nearest that the file system can keep", error: 0);
        else
            ReportSilent(Times, change);
    }

    private void Report(string property, string problem, int error)
    {
        var reason = error == 0 ? "" : $" ({LinuxErrors.ReasonOf(error)})";
        (_problems ??= []).Add(new MetadataProblem(property, $"{problem}{reason}.", IsSilent: false));
    }

    private void ReportSilent(string property, string problem) =>
        (_problems ??= []).Add(new MetadataProblem(property, $"{problem}.", IsSilent: true));

    private static int Try(Func<int> call)
    {
        while (call() < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
                return error;
        }

        return 0;
    }

    private static uint Resolve(uint? number, string? name, Func<string, uint?> find) =>
        (name is null ? null : find(name)) ?? number ?? LibC.UnchangedId;

    private static string Describe(string? name, uint id) => string.IsNullOrEmpty(name) ? $"{id}" : $"'{name}' ({id})";

    private static string Octal(uint mode) => Convert.ToString(mode, 8).PadLeft(4, '0');
}

/// <summary>Which extended attributes an entry has before it is given those that were saved.</summary>
internal enum AttributesBefore
{
    /// <summary>None: it was just made.</summary>
    None,

    /// <summary>It was just made, and got ACLs from its directory.</summary>
    Inherited,

    /// <summary>Any: it existed.</summary>
    Own,
}

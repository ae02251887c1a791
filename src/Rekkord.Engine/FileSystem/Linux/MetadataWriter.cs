using System.Runtime.InteropServices;
using Rekkord.Engine.FileSystem.Unix;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>
/// Puts metadata on an entry in the order in which one step does not undo another: owner (its change clears setuid and file
/// capabilities), extended attributes (an ACL changes the mode), mode, times. What fails is noted and the rest still done.
/// </summary>
/// <remarks>
/// The owner is set by name where the machine knows the name, and by number otherwise, as tar does. An entry saved on Windows
/// has no mode and stays private to the user who restores it. The time of creation has no call on Linux.
/// </remarks>
internal sealed class MetadataWriter
{
    private const uint SetUserId = 0x800; // 04000
    private const uint SetGroupId = 0x400; // 02000
    private const uint SpecialBits = 0xe00; // 07000
    private const uint AllBits = 0xfff; // 07777

    // Every file system in use keeps times from 1970 to 2038; outside, the kernel cuts to what the file system can without a word.
    private const long LastCommonTime = int.MaxValue;

    private readonly MetadataTarget _target;
    private readonly FileMetadata _metadata;
    private readonly bool _hasInheritedAcl;
    private List<string>? _problems;
    private uint _mode;

    private MetadataWriter(MetadataTarget target, FileMetadata metadata, bool hasInheritedAcl)
    {
        _target = target;
        _metadata = metadata;
        _hasInheritedAcl = hasInheritedAcl;
        _mode = (metadata.Mode ?? 0) & AllBits;
    }

    /// <summary>Applies the metadata.</summary>
    /// <param name="target">The entry.</param>
    /// <param name="metadata">What it gets.</param>
    /// <param name="hasInheritedAcl">Whether it got ACLs from its directory when it was made, which the saved entry did not have.</param>
    /// <returns>What could not be applied, a sentence each.</returns>
    internal static IReadOnlyList<string> Apply(MetadataTarget target, FileMetadata metadata, bool hasInheritedAcl)
    {
        var writer = new MetadataWriter(target, metadata, hasInheritedAcl);
        writer.ApplyOwner();
        writer.ApplyAttributes();
        writer.ApplyMode();
        writer.ApplyTimes();
        writer.CheckResult();
        return writer._problems ?? (IReadOnlyList<string>)[];
    }

    private bool IsLink => _metadata.Kind == FileKind.SymbolicLink;

    private void ApplyOwner()
    {
        var user = Resolve(_metadata.UserId, _metadata.UserName, AccountDatabase.FindUser);
        var group = Resolve(_metadata.GroupId, _metadata.GroupName, AccountDatabase.FindGroup);
        if (user == Posix.UnchangedId && group == Posix.UnchangedId)
            return;

        var error = Try(() => _target.SetOwner(user, group));
        if (error == 0)
            return;

        // Only root may give files away, but a user may set each group that he or she is in.
        var groupError = group == Posix.UnchangedId ? 0 : Try(() => _target.SetOwner(Posix.UnchangedId, group));
        var userIsRight = user == Posix.UnchangedId || (_target.ReadStatus(out var status) == 0 && status.UserId == user);
        if (!userIsRight)
            Report($"The owner {Describe(_metadata.UserName, user)} could not be set", error);
        if (groupError != 0)
            Report($"The group {Describe(_metadata.GroupName, group)} could not be set", groupError);
        DropBitsOfOtherOwner(userIsRight, groupIsRight: groupError == 0);
    }

    // A program that was to run with its owner's rights must not run with those of whoever restores it.
    private void DropBitsOfOtherOwner(bool userIsRight, bool groupIsRight)
    {
        var dropped = (userIsRight ? 0 : _mode & SetUserId) | (groupIsRight ? 0 : _mode & SetGroupId);
        if (dropped == 0 || IsLink)
            return;
        _mode &= ~dropped;
        Report("Its setuid and setgid bits were left out, because they would stand for another owner", error: 0);
    }

    private void ApplyAttributes()
    {
        if (_hasInheritedAcl && _metadata.Mode is not null && !IsLink)
            RemoveInheritedAcls();

        foreach (var attribute in _metadata.ExtendedAttributes)
        {
            if (attribute.Name.Length == 0 || attribute.Name.Contains((byte)0))
            {
                Report($"The extended attribute '{FileName.ToDisplay(attribute.Name)}' has a name that no attribute can have", error: 0);
                continue;
            }

            byte[] name = [.. attribute.Name, 0];
            var error = Try(() => _target.SetAttribute(name, attribute.Value));
            if (error != 0 && !HasAlready(attribute))
                Report($"The extended attribute '{FileName.ToDisplay(attribute.Name)}' could not be set", error);
        }
    }

    private void RemoveInheritedAcls()
    {
        foreach (var acl in new[] { PosixAcl.Access, PosixAcl.Default })
        {
            if (_metadata.ExtendedAttributes.Any(attribute => acl.AsSpan()[..^1].SequenceEqual(attribute.Name)))
                continue;
            var error = Try(() => _target.RemoveAttribute(acl));
            if (error is not (0 or Errno.ENODATA or Errno.EOPNOTSUPP or Errno.EACCES))
                Report("An ACL that it inherited from its directory could not be removed", error);
        }
    }

    // A security label, for example, may not be the user's to set and be right all the same.
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
        if (_metadata.Mode is null || IsLink)
            return;
        var error = Try(() => _target.SetMode(_mode));
        if (error != 0)
            Report($"The mode {Octal(_mode)} could not be set", error);
    }

    private void ApplyTimes()
    {
        var error = Try(() => _target.SetTimes(
        [
            new LibC.TimeSpecification(0, LibC.TimeSpecification.Omit),
            new LibC.TimeSpecification(_metadata.ModifiedTime.Seconds, _metadata.ModifiedTime.Nanoseconds),
        ]));
        if (error != 0)
            Report("The modification time could not be set", error);
    }

    // The kernel drops a setgid bit that the user has no right to, and cuts times, without an error: look.
    private void CheckResult()
    {
        var rareTime = _metadata.ModifiedTime.Seconds is < 0 or > LastCommonTime;
        var specialBits = _metadata.Mode is not null && !IsLink ? _mode & SpecialBits : 0;
        if ((!rareTime && specialBits == 0) || _target.ReadStatus(out var status) != 0)
            return;

        if (rareTime && status.ModifiedTime.Seconds != _metadata.ModifiedTime.Seconds)
        {
            var (wanted, kept) = (_metadata.ModifiedTime.ToDateTimeOffset(), status.ModifiedTime.ToDateTimeOffset());
            Report($"The modification time {wanted:u} became {kept:u}, the nearest that the file system can keep", error: 0);
        }

        if ((status.Mode & SpecialBits) != specialBits)
            Report($"The mode {Octal(_mode)} became {Octal(status.Mode)}: the system dropped a bit that the user may not set", error: 0);
    }

    private void Report(string problem, int error)
    {
        var reason = error == 0 ? "" : $" ({LinuxErrors.ReasonOf(error)})";
        (_problems ??= []).Add($"{problem}{reason}.");
    }

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
        (name is null ? null : find(name)) ?? number ?? Posix.UnchangedId;

    private static string Describe(string? name, uint id) => string.IsNullOrEmpty(name) ? $"{id}" : $"'{name}' ({id})";

    private static string Octal(uint mode) => Convert.ToString(mode, 8).PadLeft(4, '0');
}

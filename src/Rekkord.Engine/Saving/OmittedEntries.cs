using System.Text;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Saving;

/// <summary>Decides what a save leaves out by <see cref="Omissions"/>. What was named is not asked for. For the walking thread.</summary>
/// <param name="context">The save.</param>
/// <param name="ancestors">The directories that the walk is in, the outermost first.</param>
internal sealed class OmittedEntries(SaveContext context, IReadOnlyList<DirectoryNode> ancestors)
{
    private const int LargestIgnoreFile = 1024 * 1024;

    private static readonly byte[] _cacheTag = "CACHEDIR.TAG"u8.ToArray();
    private static readonly byte[] _ignoreFile = Encoding.ASCII.GetBytes(IgnoreRules.FileName);

    private readonly Omissions _omit = context.Request.Omit;
    private int _filesOfRules;
    private bool _hasWarned;

    private static ReadOnlySpan<byte> CacheSignature => "Signature: 8a477f597d28d172789f06886806bc55"u8;

    /// <summary>Why an entry is left out; null when it is not.</summary>
    public string? Find(Place place, in FileStatus status)
    {
        if (WindowsReparsePoint.FindReasonToLeaveOut(status) is { } reason)
        {
            WarnOfPlaceholder(status);
            return reason;
        }

        if (_omit.LargerThan is { } limit && status.Kind == FileKind.File && status.Size > limit)
            return $"it has {status.Size:N0} bytes, and files of more than {limit:N0} are left out (ExcludeLargerThan).";
        return _filesOfRules == 0 ? null : FindRule(place, status.Kind == FileKind.Directory);
    }

    /// <summary>Whether another file system is mounted at a directory, and its content is left out.</summary>
    public bool IsOtherFileSystem(in FileStatus status) => _omit.OtherFileSystems && ancestors is [.., var parent] && parent.Status.Device != status.Device;

    /// <summary>Takes the names of a directory when it is entered, reads its rules, and leaves of a cache only what marks it.</summary>
    public byte[][] Enter(DirectoryNode node, byte[][] names)
    {
        if (_omit.Caches && Has(names, _cacheTag) && IsCache(node.Directory))
        {
            context.Omit(node.Directory.DisplayPath, $"it is marked as a cache by the {Encoding.ASCII.GetString(_cacheTag)} in it, which alone is saved (ExcludeCaches).");
            return [_cacheTag];
        }

        if (_omit.IgnoreFiles && Has(names, _ignoreFile))
            ReadRules(node);
        return names;
    }

    /// <summary>Forgets the rules of a directory when it is left.</summary>
    public void Leave(DirectoryNode node)
    {
        if (node.IgnoreRules is not null)
            _filesOfRules--;
    }

    private static bool Has(byte[][] names, byte[] name) => Array.BinarySearch(names, name, NamedPath.ByteOrder) >= 0;

    // What is only in the cloud may be all there is of it: that it is in no backup must not pass unseen.
    private void WarnOfPlaceholder(in FileStatus status)
    {
        if (_hasWarned || !WindowsReparsePoint.IsPlaceholder(status))
            return;
        _hasWarned = true;
        context.Warn("Files whose content is in the cloud only are left out. Have them kept on this device, or name them as paths to save. -Verbose names each.");
    }

    private string? FindRule(Place place, bool isDirectory)
    {
        var (path, name) = (WithSlashes(place.DisplayPath), FileName.ToDisplay(place.Name));

        // The rules of the nearest directory that say anything decide.
        for (var i = ancestors.Count - 1; i >= 0; i--)
        {
            if (ancestors[i].IgnoreRules is not { } rules)
                continue;
            var from = WithSlashes(ancestors[i].Directory.DisplayPath).TrimEnd('/').Length + 1;
            if (rules.Find(path[from..], name, isDirectory) is { } rule)
                return rule.TakesIn ? null : $"line {rule.Line} of '{rules.File}' is '{rule.Text}'.";
        }

        return null;
    }

    private void ReadRules(DirectoryNode node)
    {
        var file = node.Directory.DisplayPathOf(_ignoreFile);
        if (Read(node.Directory, _ignoreFile, LargestIgnoreFile + 1) is not { } bytes)
            return;
        if (bytes.Length > LargestIgnoreFile)
        {
            context.Warn($"'{file}' has more than {LargestIgnoreFile:N0} bytes. It is not read, and leaves nothing out.");
            return;
        }

        node.IgnoreRules = IgnoreRules.Parse(file, Encoding.UTF8.GetString(bytes), context.Warn);
        _filesOfRules++;
    }

    private static bool IsCache(SourceDirectory directory) => Read(directory, _cacheTag, CacheSignature.Length) is { } bytes && bytes.AsSpan().SequenceEqual(CacheSignature);

    /// <summary>Reads the beginning of a file; null when it cannot be read, which is reported when the file itself is saved.</summary>
    private static byte[]? Read(SourceDirectory directory, byte[] name, int length)
    {
        try
        {
            using var file = directory.OpenFile(name);
            var bytes = new byte[Math.Min(length, file.StatusAtOpening.Size)];
            return bytes[..file.Read(bytes, 0)];
        }
        catch (FileSystemException)
        {
            // Without it nothing is left out.
            return null;
        }
    }

    private static string WithSlashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;
}

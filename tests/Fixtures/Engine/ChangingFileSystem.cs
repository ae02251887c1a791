using System.Collections.Concurrent;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;

namespace Rekkord.Engine.Tests;

/// <summary>
/// The machine's files, and a test that is told of each step in which a save reads them, so that it can change them at exactly that
/// point. Times of change are an hour older than they are: files that were just made count as settled, and the cache takes them.
/// </summary>
internal sealed class ChangingFileSystem : LocalFileSystem
{
    private readonly LocalFileSystem _files = MachineFileSystem.Current;
    private readonly ConcurrentDictionary<string, int> _reads = new();
    private readonly Lock _counting = new();
    private int _open;

    /// <summary>How many directories were open at a time, at most.</summary>
    public int MostOpen { get; private set; }

    /// <summary>Told of a directory's path when it is about to be opened by its name in another.</summary>
    public Action<string> Entering { get; set; } = _ => { };

    /// <summary>Told of a directory's path after its names were read, before any of them is looked at.</summary>
    public Action<string> Listed { get; set; } = _ => { };

    /// <summary>Told of a file's path when it is about to be opened to be read.</summary>
    public Action<string> Opening { get; set; } = _ => { };

    /// <summary>Told of a file's path and which read this is, from 1, after the bytes are there and before anybody looks at the file's status again.</summary>
    public Action<string, int> Read { get; set; } = (_, _) => { };

    /// <summary>The extended attributes that a file is said to have, by its path; null for its own.</summary>
    public Func<string, IReadOnlyList<ExtendedAttribute>>? Attributes { get; set; }

    /// <summary>Told of the path of an entry when it is asked who keeps its time of change.</summary>
    public Action<string> KeeperAsked { get; set; } = _ => { };

    /// <summary>Who is said to keep the times of change; null for who does.</summary>
    public ChangeTimeKeeper? Keeper { get; set; }

    /// <summary>What the times of a file are taken for.</summary>
    public Func<FileStatus, FileStatus> Status { get; set; } = status => status with { ChangedTime = new FileTime(status.ChangedTime.Seconds - 3600, status.ChangedTime.Nanoseconds) };

    public override SourceDirectory OpenDirectory(byte[] path) => new ChangingDirectory(this, _files.OpenDirectory(path));

    public override DestinationDirectory CreateDestination(byte[] path) => _files.CreateDestination(path);

    public override string? GetUserName(uint userId) => _files.GetUserName(userId);

    public override IDisposable? UsePrivileges(Action<string> tell) => _files.UsePrivileges(tell);

    public override string? GetGroupName(uint groupId) => _files.GetGroupName(groupId);

    private void Count(int change)
    {
        lock (_counting)
            MostOpen = Math.Max(MostOpen, _open += change);
    }

    private sealed class ChangingDirectory : SourceDirectory
    {
        private readonly ChangingFileSystem _owner;
        private readonly SourceDirectory _directory;

        public ChangingDirectory(ChangingFileSystem owner, SourceDirectory directory)
        {
            (_owner, _directory) = (owner, directory);
            _owner.Count(1);
        }

        public override string DisplayPath => _directory.DisplayPath;

        public override byte[][] ReadNames()
        {
            var names = _directory.ReadNames();
            _owner.Listed(DisplayPath);
            return names;
        }

        public override FileStatus GetStatus(byte[] name, bool followLink = false) => _owner.Status(_directory.GetStatus(name, followLink));

        public override FileStatus GetStatus() => _owner.Status(_directory.GetStatus());

        public override SourceDirectory OpenDirectory(byte[] name, bool followLink = false)
        {
            _owner.Entering(DisplayPathOf(name));
            return new ChangingDirectory(_owner, _directory.OpenDirectory(name, followLink));
        }

        public override SourceFile OpenFile(byte[] name, bool followLink = false)
        {
            _owner.Opening(DisplayPathOf(name));
            return new ChangingFile(_owner, _directory.OpenFile(name, followLink), DisplayPathOf(name));
        }

        public override byte[] ReadLink(byte[] name) => _directory.ReadLink(name);

        public override ChangeTimeKeeper GetChangeTimeKeeper(byte[] name, bool followLink = false)
        {
            _owner.KeeperAsked(DisplayPathOf(name));
            return _owner.Keeper ?? _directory.GetChangeTimeKeeper(name, followLink);
        }

        public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(byte[] name, bool followLink = false, Action<FileSystemException>? refused = null) =>
            _directory.GetExtendedAttributes(name, followLink, refused);

        public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(Action<FileSystemException>? refused = null) => _directory.GetExtendedAttributes(refused);

        protected override void Dispose(bool disposing)
        {
            _owner.Count(-1);
            _directory.Dispose();
        }
    }

    private sealed class ChangingFile(ChangingFileSystem owner, SourceFile file, string path) : SourceFile
    {
        public override FileStatus StatusAtOpening { get; } = owner.Status(file.StatusAtOpening);

        public override FileStatus GetStatus() => owner.Status(file.GetStatus());

        public override int Read(Span<byte> buffer, long offset)
        {
            var length = file.Read(buffer, offset);
            owner.Read(path, owner._reads.AddOrUpdate(path, 1, (_, count) => count + 1));
            return length;
        }

        public override IReadOnlyList<ByteRange> GetDataRanges(long size) => file.GetDataRanges(size);

        public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(Action<FileSystemException>? refused = null) => owner.Attributes?.Invoke(path) ?? file.GetExtendedAttributes(refused);

        protected override void Dispose(bool disposing) => file.Dispose();
    }
}

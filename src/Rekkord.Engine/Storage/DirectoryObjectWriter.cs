using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Storage;

/// <summary>One object of a <see cref="DirectoryObjectStore"/> under way.</summary>
internal sealed class DirectoryObjectWriter : ObjectWriter
{
    private readonly string _root;
    private readonly string _temporaryPath;
    private readonly SafeFileHandle _file;
    private long _length;
    private bool _committed;

    public DirectoryObjectWriter(string root)
    {
        _root = root;
        var folder = Path.Combine(root, DirectoryObjectStore.TemporaryFolder);
        _temporaryPath = Path.Combine(folder, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        try
        {
            Directory.CreateDirectory(folder);
            _file = File.OpenHandle(_temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(_root, DirectoryObjectStore.TemporaryFolder, error);
        }
    }

    public override void Write(ReadOnlySpan<byte> data)
    {
        try
        {
            RandomAccess.Write(_file, data, _length);
            _length += data.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(_root, _temporaryPath, error);
        }
    }

    public override bool Commit(string name)
    {
        var target = Path.Combine(_root, name.Replace('/', Path.DirectorySeparatorChar));
        try
        {
            RandomAccess.FlushToDisk(_file);
            _file.Dispose();
            var folder = Path.GetDirectoryName(target)!;
            CreateFolder(folder);
            _committed = ExclusiveRename.TryRename(_temporaryPath, target);

            // Also for an object that another writer made: it may be about to flush, and nothing may rely on the object before.
            DurableDirectory.Flush(folder);
            return _committed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(_root, name, error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        if (!_committed)
            File.Delete(_temporaryPath);
    }

    /// <summary>Makes a folder below the root durable with all that leads to it.</summary>
    private void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        if (folder != _root)
            CreateFolder(parent);
        Directory.CreateDirectory(folder);
        DurableDirectory.Flush(parent);
    }
}

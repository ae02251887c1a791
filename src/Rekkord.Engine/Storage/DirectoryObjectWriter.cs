using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Storage;

/// <summary>One object of a <see cref="DirectoryObjectStore"/> under way.</summary>
internal sealed class DirectoryObjectWriter : ObjectWriter
{
    private readonly string _root;
    private readonly IStorageFiles _files;
    private readonly DurableFolders _folders;
    private readonly string _temporaryPath;
    private readonly SafeFileHandle _file;
    private long _length;
    private bool _committed;

    public DirectoryObjectWriter(string root, IStorageFiles files, DurableFolders folders)
    {
        _root = root;
        _files = files;
        _folders = folders;
        var folder = Path.Combine(root, DirectoryObjectStore.TemporaryFolder);
        _temporaryPath = Path.Combine(folder, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        try
        {
            // What is in tmp/ need not survive a power cut, so its name is not flushed.
            if (!Directory.Exists(folder))
                _files.CreateDirectory(folder);
            _file = _files.CreateFile(_temporaryPath);
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
            _files.Write(_file, data, _length);
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
            _files.FlushFile(_file);
            _file.Dispose();
            var folder = Path.GetDirectoryName(target)!;
            _folders.Create(_root, folder);
            _committed = _files.TryRename(_temporaryPath, target);

            // Also for an object that another writer made: it may be about to flush, and nothing may rely on the object before.
            _files.FlushDirectory(folder);
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
            TryDelete();
    }

    /// <summary>A leftover does no harm: that it cannot be removed must not hide the error that ended the write.</summary>
    private bool TryDelete()
    {
        try
        {
            _files.DeleteFile(_temporaryPath);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

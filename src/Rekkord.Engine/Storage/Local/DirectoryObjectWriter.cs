using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage.Local;

/// <summary>One object of a <see cref="DirectoryObjectStore"/> under way.</summary>
internal sealed class DirectoryObjectWriter : ObjectWriter
{
    private const int RandomLength = 16;

    private readonly string _location;
    private readonly IStoreRoot _root;
    private readonly DurableFolders _folders;
    private readonly string _temporaryName;
    private readonly SafeFileHandle _file;
    private long _length;
    private bool _committed;

    public DirectoryObjectWriter(string location, IStoreRoot root, DurableFolders folders)
    {
        _location = location;
        _root = root;
        _folders = folders;
        _temporaryName = $"{StoreNames.TemporaryFolder}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomLength))}";
        try
        {
            // What is in tmp/ need not survive a power cut, so its name is not flushed.
            if (_root.Find(StoreNames.TemporaryFolder) != FileKind.Directory)
                _root.CreateDirectory(StoreNames.TemporaryFolder);
            _file = _root.CreateFile(_temporaryName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(_location, StoreNames.TemporaryFolder, error);
        }
    }

    /// <summary>Whether a name in the folder of temporary files is one that a writer gives.</summary>
    public static bool IsTemporary(string name) => name.Length == RandomLength * 2 && name.All(char.IsAsciiHexDigitLower);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Write(data.Span);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> CommitAsync(string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Commit(name, PutMode.Create));
    }

    public void Write(ReadOnlySpan<byte> data)
    {
        try
        {
            _root.Write(_file, data, _length);
            _length += data.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(_location, _temporaryName, error);
        }
    }

    /// <summary>Makes the file durable under its name.</summary>
    /// <returns>Whether it has the name now; false when another has it.</returns>
    public bool Commit(string name, PutMode mode)
    {
        try
        {
            _root.FlushFile(_file);
            _file.Dispose();
            var folder = DurableFolders.ParentOf(name);
            _folders.Create(folder);
            _committed = mode == PutMode.Replace ? Replace(name) : _root.TryRename(_temporaryName, name);

            // Also for an object that another writer made: it may be about to flush, and nothing may rely on the object before.
            if (!_committed)
                _root.FlushFile(name);
            _root.FlushDirectory(folder);
            return _committed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(_location, name, error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        if (!_committed)
            TryDelete();
    }

    private bool Replace(string name)
    {
        if (_root.Find(name) is { } kind and not FileKind.File)
            throw new ObstacleException(name, kind);
        _root.Rename(_temporaryName, name);
        return true;
    }

    /// <summary>A leftover does no harm: that it cannot be removed must not hide the error that ended the write.</summary>
    private bool TryDelete()
    {
        try
        {
            _root.DeleteFile(_temporaryName);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

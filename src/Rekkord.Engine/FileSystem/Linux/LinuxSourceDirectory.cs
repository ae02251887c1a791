using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>A directory opened for reading on Linux.</summary>
internal sealed class LinuxSourceDirectory(LinuxDirectory directory) : SourceDirectory
{
    private const int LinkBufferSize = 1024;

    private readonly Lock _listing = new();
    private bool _listed;

    /// <inheritdoc/>
    public override string DisplayPath => directory.Path.ToString();

    /// <inheritdoc/>
    public override byte[][] ReadNames()
    {
        if (!directory.CanRead)
            throw LinuxErrors.Create(Errno.EACCES, FileOperation.ListDirectory, directory.Path);

        lock (_listing) // the handle has one position
        {
            if (_listed && LibC.Seek(directory.Descriptor, 0, LibC.SeekSet) < 0)
                LinuxErrors.ThrowUnlessInterrupted(FileOperation.ListDirectory, directory.Path);
            _listed = true;
            return DirectoryListing.Read(directory.Descriptor, directory.Path);
        }
    }

    /// <inheritdoc/>
    public override FileStatus GetStatus(byte[] name, bool followLink = false)
    {
        CheckName(name, FileOperation.ReadStatus);
        return directory.GetStatus(name, followLink);
    }

    /// <inheritdoc/>
    public override FileStatus GetStatus() => directory.GetStatus();

    /// <inheritdoc/>
    public override ChangeTimeKeeper GetChangeTimeKeeper(byte[] name, bool followLink = false)
    {
        CheckName(name, FileOperation.ReadStatus);
        return FileSystemType.FindChangeTimeKeeper(directory, name, followLink);
    }

    /// <inheritdoc/>
    public override SourceDirectory OpenDirectory(byte[] name, bool followLink = false)
    {
        CheckName(name, FileOperation.OpenDirectory);
        return new LinuxSourceDirectory(directory.OpenSubdirectory(name, followLink, FileOperation.OpenDirectory));
    }

    /// <inheritdoc/>
    public override SourceFile OpenFile(byte[] name, bool followLink = false)
    {
        CheckName(name, FileOperation.OpenFile);
        return LinuxSourceFile.Open(directory, name, followLink);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override byte[] ReadLink(byte[] name)
    {
        CheckName(name, FileOperation.ReadLink);
        var native = NativeName.Terminate(name, stackalloc byte[NativeName.StackSize]);
        Span<byte> buffer = stackalloc byte[LinkBufferSize];
        while (true)
        {
            var length = LibC.ReadLinkAt(directory.Descriptor, native, buffer, buffer.Length);
            if (length < 0)
                ThrowUnlessInterrupted(name);
            else if (length < buffer.Length)
                return buffer[..(int)length].ToArray();
            else
                buffer = new byte[buffer.Length * 2]; // a full buffer may have cut the target short
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(byte[] name, bool followLink = false, Action<FileSystemException>? refused = null)
    {
        CheckName(name, FileOperation.ReadAttributes);
        return AttributeSource.Of(directory.Descriptor, name, followLink, directory.Path).ReadAll(refused);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(Action<FileSystemException>? refused = null) =>
        (directory.CanRead
            ? AttributeSource.Of(directory.Descriptor, directory.Path, null)
            : AttributeSource.OfPathOnly(directory.Descriptor, directory.Path)).ReadAll(refused);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            directory.Dispose();
    }

    private void CheckName(byte[] name, FileOperation operation)
    {
        if (name is not [(byte)'.']) // the directory itself, harmless to read
            directory.CheckName(name, operation);
    }

    // EINVAL is how the kernel says "this is not a link".
    private void ThrowUnlessInterrupted(byte[] name)
    {
        if (Marshal.GetLastPInvokeError() == Errno.EINVAL)
        {
            throw LinuxErrors.Create(
                FileSystemFailure.Other, "it is not a symbolic link, or no longer one", FileOperation.ReadLink, directory.Path, name);
        }

        LinuxErrors.ThrowUnlessInterrupted(FileOperation.ReadLink, directory.Path, name);
    }
}

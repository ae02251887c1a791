using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>A regular file being written by a restore on Linux.</summary>
internal sealed class LinuxDestinationFile(FileDescriptor descriptor, EntryPath directory, byte[] name, bool hasInheritedAcl)
    : DestinationFile
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> data, long offset)
    {
        while (!data.IsEmpty)
        {
            var length = LibC.PositionedWrite(descriptor, data, data.Length, offset);
            if (length < 0)
            {
                LinuxErrors.ThrowUnlessInterrupted(FileOperation.WriteFile, directory, name);
            }
            else if (length == 0)
            {
                throw LinuxErrors.Create(Errno.EIO, FileOperation.WriteFile, directory, name);
            }
            else
            {
                data = data[(int)length..];
                offset += length;
            }
        }
    }

    /// <inheritdoc/>
    public override void SetSize(long size)
    {
        while (LibC.Truncate(descriptor, size) < 0)
        {
            // Some file systems lengthen a file by writing only.
            if (Marshal.GetLastPInvokeError() is Errno.EPERM or Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP)
            {
                Write([0], size - 1);
                return;
            }

            LinuxErrors.ThrowUnlessInterrupted(FileOperation.SetSize, directory, name);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataProblem> ApplyMetadata(FileMetadata metadata)
    {
        ReportDelayedErrors();
        return MetadataWriter.Apply(new DescriptorTarget(descriptor, directory, name), metadata, hasInheritedAcl ? AttributesBefore.Inherited : AttributesBefore.None);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || descriptor.IsClosed)
            return;

        // Closing alone would leave the lock with a program that is just being started and still holds all descriptors.
        _ = LibC.Lock(descriptor, LibC.Unlock);
        descriptor.Dispose();
    }

    // A network file system sends what it has buffered, and reports a full disk or quota, when a descriptor is closed. Closing
    // a duplicate does just that, at a place where it can still be reported.
    private void ReportDelayedErrors()
    {
        int duplicate;
        while ((duplicate = LibC.Duplicate(descriptor)) < 0)
            LinuxErrors.ThrowUnlessInterrupted(FileOperation.WriteFile, directory, name);
        if (LibC.Close(duplicate) < 0) // closed even so: never repeated
            LinuxErrors.ThrowUnlessInterrupted(FileOperation.WriteFile, directory, name);
    }
}

using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>An open file descriptor. A call that is under way on another thread keeps it open until it returns.</summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes the descriptor over.</summary>
    internal FileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <inheritdoc/>
    /// <remarks>Never repeated after EINTR: Linux has released the number by then, and another thread may own it.</remarks>
    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}

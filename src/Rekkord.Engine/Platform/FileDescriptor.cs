using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>An open file descriptor. A call that is under way on another thread keeps it open until it returns.</summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes the descriptor over.</summary>
    internal FileDescriptor(int descriptor)
        : this(descriptor, ownsHandle: true)
    {
    }

    private FileDescriptor(int descriptor, bool ownsHandle)
        : base(ownsHandle) => SetHandle(descriptor);

    /// <summary>AT_FDCWD: in its place a path is full, or relative to where the process is.</summary>
    internal static FileDescriptor WorkingDirectory { get; } = new(OperatingSystem.IsMacOS() ? -2 : -100, ownsHandle: false);

    /// <inheritdoc/>
    /// <remarks>Never repeated after EINTR: Linux has released the number by then, and another thread may own it.</remarks>
    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}

/// <summary>Flags of open(2). Two of them differ between architectures (arch/*/include/uapi/asm/fcntl.h).</summary>
internal static class OpenFlags
{
    private static readonly bool ArmOrPower =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Ppc64le;

    internal const int ReadOnly = 0;
    internal const int WriteOnly = 0x1;
    internal const int ReadWrite = 0x2;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int NoControllingTerminal = 0x100;
    internal const int NonBlocking = 0x800;
    internal const int NoAccessTime = 0x40000;
    internal const int CloseOnExec = 0x80000;

    /// <summary>A handle that names the entry only: it needs no right to read it, and opening has no effect on it.</summary>
    internal const int PathOnly = 0x200000;

    internal static readonly int Directory = ArmOrPower ? 0x4000 : 0x10000;
    internal static readonly int NoFollow = ArmOrPower ? 0x8000 : 0x20000;
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>Signals that are sent to processes.</summary>
internal static class Signals
{
    public const int Interrupt = 2, Kill = 9, Terminate = 15;
    public static readonly int Child = OperatingSystem.IsMacOS() ? 20 : 17;
    public static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;
}

/// <summary>Waits for programs that this process has started.</summary>
internal static class ChildProcess
{
    private static readonly int WaitWithoutReaping = OperatingSystem.IsMacOS() ? 0x20 : 0x0100_0000; // WNOWAIT
    private const int WaitExited = 4; // WEXITED, the same on both

    /// <summary>Waits until a child has ended and leaves it to be reaped, so that its number stays its own.</summary>
    /// <returns>False when there is no such child (any more).</returns>
    public static bool WaitForEnd(int process)
    {
        const int byProcess = 1;
        Span<byte> information = stackalloc byte[128];
        while (LibC.WaitId(byProcess, (uint)process, information, WaitExited | WaitWithoutReaping) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                return false;
        }

        return true;
    }

    /// <summary>Reaps a child.</summary>
    /// <returns>Its wait status; null when somebody else has it.</returns>
    public static int? Reap(int process)
    {
        int status;
        while (LibC.WaitPid(process, out status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                return null;
        }

        return status;
    }

    /// <summary>Whether the ending of children is ignored, in which case the system throws their exit status away.</summary>
    public static bool IgnoresChildren()
    {
        const nint ignore = 1;
        Span<byte> action = stackalloc byte[256];
        return LibC.SigAction(Signals.Child, 0, action) == 0 && MemoryMarshal.Read<nint>(action) == ignore;
    }

    /// <summary>Puts the handling of ended children back to the default.</summary>
    public static void StopIgnoringChildren() => LibC.Signal(Signals.Child, 0);
}

/// <summary>Descriptors, and whether the programs that this process starts have them too.</summary>
internal static class Descriptors
{
    private const int GetFlags = 1, SetFlags = 2, CloseOnExec = 1; // F_GETFD, F_SETFD, FD_CLOEXEC
    private const uint DarwinCloseOnExec = 0x2000_6601, DarwinKeepOnExec = 0x2000_6602; // FIOCLEX, FIONCLEX (sys/filio.h)

    /// <summary>Makes a pipe that no program started meanwhile inherits.</summary>
    /// <returns>0, or the error number.</returns>
    public static int CreatePipe(out SafeFileHandle read, out SafeFileHandle write)
    {
        Span<int> ends = stackalloc int[2];
        var result = OperatingSystem.IsMacOS() ? LibC.Pipe(ends) : LibC.Pipe2(ends, OpenFlags.CloseOnExec);
        var error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (error == 0 && OperatingSystem.IsMacOS())
        {
            SetInherited(ends[0], false);
            SetInherited(ends[1], false);
        }

        read = new SafeFileHandle(error == 0 ? ends[0] : -1, ownsHandle: true);
        write = new SafeFileHandle(error == 0 ? ends[1] : -1, ownsHandle: true);
        return error;
    }

    /// <summary>Whether a program that this process starts gets a descriptor. A closed one is not inherited.</summary>
    public static bool IsInherited(int descriptor) =>
        LibC.FCntl(descriptor, GetFlags, 0) is var flags and >= 0 && (flags & CloseOnExec) == 0;

    /// <summary>Lets programs that this process starts have a descriptor, or not. One that was closed meanwhile stays closed.</summary>
    public static void SetInherited(int descriptor, bool inherited) => _ = OperatingSystem.IsMacOS()
        ? LibC.IoControl(descriptor, inherited ? DarwinKeepOnExec : DarwinCloseOnExec)
        : LibC.FCntl(descriptor, SetFlags, inherited ? 0 : CloseOnExec);
}

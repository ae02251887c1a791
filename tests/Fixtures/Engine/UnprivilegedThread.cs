using System.ComponentModel;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Rekkord.Engine.Tests;

/// <summary>
/// Runs code as another user. To the kernel each thread has its own identity (only the C library's functions change all threads
/// together), so one thread can drop root's and end afterwards.
/// </summary>
internal static partial class UnprivilegedThread
{
    /// <summary>A user and group number that owns nothing here.</summary>
    public const uint Id = 54_321;

    /// <summary>Runs as that user, in one further group; as the present user if that is not root.</summary>
    public static void Run(Action action, uint furtherGroup = Id)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Environment.IsPrivilegedProcess)
                    DropPrivileges(furtherGroup);
                action();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static unsafe void DropPrivileges(uint furtherGroup)
    {
        var (setGroups, setGroup, setUser) = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (116, 119, 117) : (159, 149, 147);
        Check(Call(setGroups, 1, (nint)(&furtherGroup), 0));
        Check(Call(setGroup, (nint)Id, (nint)Id, (nint)Id));
        Check(Call(setUser, (nint)Id, (nint)Id, (nint)Id));
    }

    private static void Check(nint result)
    {
        if (result < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint first, nint second, nint third);
}

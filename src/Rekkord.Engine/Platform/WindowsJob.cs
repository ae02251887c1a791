using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>
/// A job object of Windows: a program and all that it starts, also what outlives its parent. While it is held, Windows ends all of them
/// when this process dies. None of them can leave it: JOB_OBJECT_LIMIT_BREAKAWAY_OK is not set, so Windows refuses to start a program with
/// CREATE_BREAKAWAY_FROM_JOB. Where Windows makes none, it is empty, and nothing is ended.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsJob : IDisposable
{
    private const int BasicAccounting = 1, ExtendedLimit = 9; // JOBOBJECTINFOCLASS
    private const uint KillOnClose = 0x2000; // JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE

    private readonly SafeWaitHandle _job;

    /// <summary>Makes an empty one.</summary>
    public WindowsJob()
    {
        _job = Create(0, 0);
        SetLimits(KillOnClose);
    }

    /// <summary>Takes a program in, and so whatever it starts from now on.</summary>
    /// <returns>False when Windows refused, or the program has ended.</returns>
    public bool TryAdd(Process process) => !_job.IsInvalid && Assign(_job, process.SafeHandle);

    /// <summary>Ends all of it by force.</summary>
    public void End()
    {
        const uint exitCode = 1;
        if (!_job.IsInvalid)
            _ = Terminate(_job, exitCode);
    }

    /// <summary>How many of its processes there are; 0 when Windows does not tell.</summary>
    public int CountLiving() =>
        !_job.IsInvalid && Query(_job, BasicAccounting, out var accounting, Unsafe.SizeOf<JobAccounting>(), 0) ? (int)accounting.ActiveProcesses : 0;

    /// <summary>Lets those that are left go on: what a program starts for others, such as a service, outlives it.</summary>
    public void Release() => SetLimits(0);

    public void Dispose() => _job.Dispose();

    private void SetLimits(uint flags)
    {
        var limits = new JobLimits { Flags = flags };
        if (!_job.IsInvalid)
            _ = Set(_job, ExtendedLimit, limits, Unsafe.SizeOf<JobLimits>());
    }

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    private static partial SafeWaitHandle Create(nint security, nint name);

    [LibraryImport("kernel32", EntryPoint = "SetInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Set(SafeWaitHandle job, int kind, in JobLimits limits, int size);

    [LibraryImport("kernel32", EntryPoint = "QueryInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Query(SafeWaitHandle job, int kind, out JobAccounting accounting, int size, nint length);

    [LibraryImport("kernel32", EntryPoint = "AssignProcessToJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Assign(SafeWaitHandle job, SafeProcessHandle process);

    [LibraryImport("kernel32", EntryPoint = "TerminateJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Terminate(SafeWaitHandle job, uint exitCode);
}

/// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION, of which only the flags are given.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal struct JobLimits
{
    [FieldOffset(16)]
    internal uint Flags;
}

/// <summary>JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, of which only one number is read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal struct JobAccounting
{
    [FieldOffset(40)]
    internal uint ActiveProcesses;
}

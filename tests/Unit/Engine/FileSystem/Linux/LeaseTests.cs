using System.Runtime.InteropServices;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

/// <summary>File servers take leases on the files that their clients have open.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed partial class LeaseTests : LinuxFixture
{
    private const int SetSignal = 10; // F_SETSIG
    private const int SetLease = 1024; // F_SETLEASE
    private const int GetLease = 1025; // F_GETLEASE
    private const int WriteLease = 1; // F_WRLCK
    private const int NoLease = 2; // F_UNLCK
    private const int IgnoredSignal = 23; // SIGURG, instead of SIGIO, which would end the process

    [Fact]
    public async Task A_file_under_a_lease_is_opened_once_its_holder_has_let_go()
    {
        File.WriteAllText(Temporary["file"], "content");
        using var holder = File.OpenHandle(Temporary["file"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.Equal(0, Control(holder, SetSignal, IgnoredSignal));
        Assert.Equal(0, Control(holder, SetLease, WriteLease));

        var opening = Task.Factory.StartNew(() => Source.OpenFile(FromText("file")), TaskCreationOptions.LongRunning);
        while (Control(holder, GetLease, 0) == WriteLease && !opening.IsCompleted)
            Thread.Yield(); // until the kernel asks for the lease
        Assert.Equal(0, Control(holder, SetLease, NoLease));

        using var file = await opening;
        Assert.Equal(7, file.Read(new byte[10], 0));
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeHandle file, int command, int argument);
}

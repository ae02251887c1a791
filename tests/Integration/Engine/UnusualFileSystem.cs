using System.Diagnostics;

namespace Rekkord.Engine.Integration.Tests;

/// <summary>A mounted file system with unusual habits (<c>unusual_file_system.py</c> has the list). Unmounted when disposed.</summary>
internal sealed class UnusualFileSystem : IDisposable
{
    /// <summary>What tests that use it need, for <see cref="RequiresMountFactAttribute"/>.</summary>
    public const string Python = "/usr/bin/python3";
    public const string Fuse = "/usr/lib/python3/dist-packages/fusepy.py";
    public const string Mounting = "fusermount";

    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    public UnusualFileSystem(string habits)
    {
        Directory.CreateDirectory(Mount);
        Directory.CreateDirectory(_directory["backing"]);
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "unusual_file_system.py"), habits, _directory["backing"], Mount];
        _process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    /// <summary>A directory in it, not made yet.</summary>
    public string Destination => Path.Combine(Mount, "destination");

    private string Mount => _directory["mount"];

    public void Dispose()
    {
        // A program that another test starts at this moment may have a file of it open for an instant.
        _directory.Run("umount", "--lazy", Mount);
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }
}

using System.Diagnostics;

namespace Rekkord.Engine.Tests;

/// <summary>
/// A directory that goes away with the test. On Unix it lies in /var/tmp: a tmpfs on /tmp may lack extended attributes, and
/// the build directory may be out of reach for other users.
/// </summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private static readonly string Parent = OperatingSystem.IsWindows() ? System.IO.Path.GetTempPath() : "/var/tmp";

    public TemporaryDirectory() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Join(Parent, $"rekkord-test-{Guid.NewGuid():n}");

    public byte[] NativePath => this.Native("");

    public string this[string entry] => System.IO.Path.Join(Path, entry);

    /// <summary>The path of an entry in the system's bytes.</summary>
    public byte[] Native(string entry) => Rekkord.Engine.FileSystem.FileName.FromText(entry.Length == 0 ? Path : this[entry]);

    /// <summary>Runs a program in the directory, for what .NET cannot make or undo.</summary>
    public void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Path })!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    public void Dispose() => TestDirectory.Remove(Path);
}

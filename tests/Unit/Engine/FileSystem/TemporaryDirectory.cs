using System.Diagnostics;
using System.Text;

namespace Rekkord.Engine.Tests.FileSystem;

/// <summary>
/// A directory that goes away with the test. It lies beside the test assembly, not in /tmp: a tmpfs may lack extended attributes.
/// </summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Join(AppContext.BaseDirectory, "temporary", Guid.NewGuid().ToString("n"));

    public byte[] NativePath => Encoding.UTF8.GetBytes(Path);

    public string this[string entry] => System.IO.Path.Join(Path, entry);

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.Delete(Path, recursive: true);
            return;
        }

        // .NET cannot remove names that are not UTF-8, or paths longer than PATH_MAX; rm can.
        using var remove = Process.Start("rm", ["-rf", "--", Path]);
        remove.WaitForExit();
    }
}

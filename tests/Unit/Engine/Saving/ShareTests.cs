using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>Paths of Windows that begin with the name of a machine and of a share, with this machine's own share of its drive.</summary>
public sealed class ShareTests
{
    private const string Share = @"\\localhost\C$";

    [RequiresShareFact]
    public void What_is_on_a_share_is_saved_to_a_share()
    {
        using var local = new TemporaryDirectory();
        using var repository = new TestRepository(@"\\localhost\" + local.Path.Replace(':', '$'));
        repository.Write("file", "content"u8);

        Assert.False(repository.Save().IsPartial);
        Assert.Equal(0, repository.RestoreSource().ErrorCount);
        Assert.Equal("content", File.ReadAllText(Path.Combine(repository.Destination, "file")));
        Assert.Empty(repository.Scan().Problems);
    }

    [RequiresShareFact]
    public void The_root_of_a_share_is_opened_and_nobody_vouches_for_its_times()
    {
        using var root = new PortableFileSystem().OpenDirectory(FileName.FromText("//localhost/C$/"));

        Assert.Contains("Windows", root.ReadNames().Select(name => FileName.ToDisplay(name)), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(ChangeTimeKeeper.None, root.GetChangeTimeKeeper("Windows"u8.ToArray()));
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class RequiresShareFactAttribute : FactAttribute
    {
        public RequiresShareFactAttribute()
        {
            if (!OperatingSystem.IsWindows() || !Directory.Exists(Share))
                Skip = $"It needs the share {Share}.";
        }
    }
}

namespace Rekkord.Engine.Integration.Tests;

/// <summary>A read-only file system keeps no times of change that could vouch for its content.</summary>
public sealed class ReadOnlyImageTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [RequiresMountFact("mksquashfs")]
    public void An_image_that_was_built_again_and_mounted_in_its_place_is_read_again()
    {
        using var directory = new TemporaryDirectory();
        directory.Run("mkdir", "tree", "mount");
        try
        {
            foreach (var content in new[] { new string('A', 5000), new string('B', 5000) })
            {
                File.WriteAllText(directory["tree/config"], content);
                File.Delete(directory["image"]);
                directory.Run("mksquashfs", "tree", "image", "-quiet", "-no-progress", "-all-time", "0", "-mkfs-time", "0");
                directory.Run("mount", "-o", "loop,ro", "image", "mount");
                _repository.Save(directory["mount"]);
                directory.Run("umount", "mount");

                _repository.Restore(new() { Snapshot = "test", Path = directory["mount"], Destination = _repository.Destination, Force = true });
                Assert.Equal(content, File.ReadAllText(Path.Combine(_repository.Destination, "config")));
            }
        }
        finally
        {
            directory.Run("sh", "-c", "! mountpoint -q mount || umount mount");
        }
    }
}

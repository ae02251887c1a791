using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Linux;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

/// <summary>A temporary directory, opened for reading and for restoring.</summary>
public abstract class LinuxFixture : IDisposable
{
    private protected LinuxFixture()
    {
        Destination = FileSystem.CreateDestination(Temporary.NativePath);
        Source = FileSystem.OpenDirectory(Temporary.NativePath);
    }

    private protected static LinuxFileSystem FileSystem { get; } = new();

    private protected TemporaryDirectory Temporary { get; } = new();

    private protected DestinationDirectory Destination { get; }

    private protected SourceDirectory Source { get; }

    public void Dispose()
    {
        Destination.Dispose();
        Source.Dispose();
        Temporary.Dispose();
    }

    /// <summary>Metadata that changes nothing but what a test adds to it.</summary>
    private protected static FileMetadata Plain(FileKind kind) => new() { Kind = kind, ModifiedTime = new FileTime(1_000_000_000, 0) };

    private protected static uint Octal(string mode) => Convert.ToUInt32(mode, 8);

    private protected static ExtendedAttribute Attribute(string name, string value) => new(FromText(name), FromText(value));

    /// <summary>Makes a file and applies metadata to it; says what is not as it was saved.</summary>
    private protected IReadOnlyList<string> Restore(string name, FileMetadata metadata)
    {
        using var file = Destination.CreateFile(FromText(name));
        return [.. file.ApplyMetadata(metadata).Select(problem => problem.Message)];
    }

    private protected FileStatus StatusOf(string name) => Source.GetStatus(FromText(name));

    private protected static void AssertFails(string errorId, Action call) =>
        Assert.Equal(errorId, Assert.Throws<FileSystemException>(call).ErrorId);
}

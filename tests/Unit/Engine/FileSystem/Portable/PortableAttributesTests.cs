using System.Runtime.Versioning;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

public sealed class PortableAttributesTests : IDisposable
{
    private static readonly FileMetadata Metadata = new() { Kind = FileKind.File, ModifiedTime = new FileTime(1_000_000_000, 0) };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Values_come_in_name_order_and_what_has_no_room_is_named()
    {
        Put("b", ExtendedAttribute.LargestTotal - 2);
        Put("a", 1);
        Put("c", 1);
        var refused = new List<string>();

        var attributes = Collect("c", "b", "gone", "a").From(refused);

        Assert.Equal(["a", "c"], attributes.Select(attribute => FileName.ToDisplay(attribute.Name)));
        var message = Assert.Single(refused);
        Assert.Contains("Cannot read the extended attribute 'b' of", message, StringComparison.Ordinal);
        Assert.Contains("it has 4194302 bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_exactly_fills_the_room_is_read()
    {
        Put("b", ExtendedAttribute.LargestTotal - 1);

        Assert.Equal(ExtendedAttribute.LargestTotal - 1, Assert.Single(Collect("b").From(null)).Value.Length);
    }

    [Fact]
    public void Without_anybody_to_tell_a_refusal_is_an_exception()
    {
        Directory.CreateDirectory(_directory["closed"]);

        var failure = Assert.Throws<FileSystemException>(() => Collect("closed").From(null));

        Assert.Contains("extended attribute 'closed' of", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Collect("closed").From([]));
    }

    [Theory]
    [InlineData(":Zone.Identifier:$DATA", "Zone.Identifier")]
    [InlineData("::$DATA", null)]
    [InlineData(":x:$INDEX_ALLOCATION", null)]
    public void What_Windows_tells_of_a_stream_has_its_name(string told, string? name) => Assert.Equal(name, WindowsStreams.NameOf(told));

    [Theory]
    [InlineData("Zone.Identifier")]
    [InlineData("a\ud800b")]
    public void A_streams_name_is_kept_with_a_colon_before_it(string name)
    {
        var saved = PortableAttributes.NameOfStream(name);

        Assert.Equal((byte)':', saved[0]);
        Assert.Equal(name, PortableAttributes.TryGetStreamName(saved));
    }

    [Theory]
    [InlineData("user.a")]
    [InlineData(":")]
    [InlineData(":..\\..\\other")]
    [InlineData(":a/b")]
    [InlineData(":a:$INDEX_ALLOCATION")]
    [InlineData(":a\0")]
    public void Another_name_is_no_streams(string name) => Assert.Null(PortableAttributes.TryGetStreamName(FromText(name)));

    [Fact]
    public void The_names_that_macOS_lists_each_end_with_a_NUL() =>
        Assert.Equal(["a", "com.apple.b"], DarwinAttributes.Split("a\0com.apple.b\0"u8).Select(name => FileName.ToDisplay(name)));

    [RequiresWindowsFact]
    public void The_streams_of_files_and_directories_are_read_and_made_again()
    {
        File.WriteAllText(_directory["file"], "content");
        File.WriteAllText(_directory["file:Zone.Identifier"], "[ZoneTransfer]\r\nZoneId=3\r\n");
        File.WriteAllText(_directory["file:ä"], "");
        Directory.CreateDirectory(_directory["directory"]);
        File.WriteAllText(_directory["directory:note"], "of a directory");
        using var source = new PortableFileSystem().OpenDirectory(_directory.NativePath);

        AssertRestores(source, "file", ["Zone.Identifier", "ä"], isDirectory: false);
        AssertRestores(source, "directory", ["note"], isDirectory: true);
    }

    [Fact]
    [SupportedOSPlatform("macos")]
    public void The_time_of_birth_is_read_and_set_again()
    {
        var born = new FileTime(900_000_000, 0);
        using var destination = new PortableFileSystem().CreateDestination(_directory.NativePath);
        using (var file = destination.CreateFile(FromText("file")))
            Assert.Empty(file.ApplyMetadata(Metadata with { CreatedTime = born }));

        using var source = new PortableFileSystem().OpenDirectory(_directory.NativePath);
        var status = source.GetStatus(FromText("file"));
        Assert.Equal((born, Metadata.ModifiedTime), (status.CreatedTime, status.ModifiedTime));
    }

    [Fact]
    [SupportedOSPlatform("macos")]
    public void The_attributes_of_macOS_are_read_and_made_again()
    {
        using var destination = new PortableFileSystem().CreateDestination(_directory.NativePath);
        ExtendedAttribute[] attributes = [new(FromText("com.example.empty"), []), new(FromText("com.example.note"), [1, 0, 2])];
        using (var file = destination.CreateFile(FromText("file")))
            Assert.Empty(file.ApplyMetadata(Metadata with { Mode = 0x124, ExtendedAttributes = attributes }));

        using var source = new PortableFileSystem().OpenDirectory(_directory.NativePath);
        var read = source.GetExtendedAttributes(FromText("file")).Where(attribute => attribute.Name.AsSpan().StartsWith("com.example."u8));
        Assert.Equal(attributes.Select(Describe), read.Select(Describe));
    }

    private static string Describe(ExtendedAttribute attribute) => $"{FileName.ToDisplay(attribute.Name)}={Convert.ToHexString(attribute.Value)}";

    private void AssertRestores(SourceDirectory source, string name, string[] streams, bool isDirectory)
    {
        var saved = source.GetExtendedAttributes(FromText(name));
        Assert.Equal(streams.Select(stream => $":{stream}"), saved.Select(attribute => FileName.ToDisplay(attribute.Name)));
        using var destination = new PortableFileSystem().CreateDestination(_directory.Native("restored"));
        if (isDirectory)
        {
            using var directory = destination.CreateDirectory(FromText(name));
            Assert.Empty(directory.ApplyMetadata(Metadata with { Kind = FileKind.Directory, ExtendedAttributes = saved }));
        }
        else
        {
            using var file = destination.CreateFile(FromText(name));
            Assert.Empty(file.ApplyMetadata(Metadata with { ExtendedAttributes = saved }));
        }

        foreach (var stream in streams)
            Assert.Equal(File.ReadAllBytes(_directory[$"{name}:{stream}"]), File.ReadAllBytes(_directory[$"restored/{name}:{stream}"]));
    }

    private void Put(string name, int size) => File.WriteAllBytes(_directory[name], new byte[size]);

    /// <summary>Files of the directory in the place of values: a directory is one that the system refuses.</summary>
    private Values Collect(params string[] names) => new(_directory, names);

    private sealed record Values(TemporaryDirectory Directory, string[] Names)
    {
        public IReadOnlyList<ExtendedAttribute> From(List<string>? refused) => PortableAttributes.Collect(
            Directory.Path, () => [.. Names.Select(FromText)], Read, refused is null ? null : error => refused.Add(error.Message));

        private (byte[]? Value, long Size)? Read(byte[] name, long room)
        {
            var file = new FileInfo(Directory[FileName.ToDisplay(name)]);
            if (!Path.Exists(file.FullName))
                return null;
            var value = File.ReadAllBytes(file.FullName);
            return (value.Length <= room ? value : null, value.Length);
        }
    }
}

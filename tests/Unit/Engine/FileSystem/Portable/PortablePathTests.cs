using Rekkord.Engine.FileSystem.Portable;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

public sealed class PortablePathTests
{
    [Theory]
    [InlineData(@"C:\data\x", @"\\?\C:\data\x")]
    [InlineData(@"\\server\share\x", @"\\?\UNC\server\share\x")]
    public void Windows_paths_get_the_extended_form_and_are_shown_without(string path, string extended)
    {
        Assert.Equal(extended, PortablePath.ToExtended(path));
        Assert.Equal(extended, PortablePath.ToExtended(extended));
        Assert.Equal(path, PortablePath.ToDisplay(extended));
        Assert.Equal(path, PortablePath.ToDisplay(path));
    }
}

using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

public sealed class PortablePathTests
{
    [Theory]
    [InlineData(@"C:\data\x", @"\\?\C:\data\x")]
    [InlineData(@"\\server\share\x", @"\\?\UNC\server\share\x")]
    public void Windows_paths_get_the_extended_form_and_are_shown_without(string path, string extended)
    {
        Assert.Equal(extended, WindowsPath.ToExtended(path));
        Assert.Equal(extended, WindowsPath.ToExtended(extended));
        Assert.Equal(path, PortablePath.ToDisplay(extended));
        Assert.Equal(path, PortablePath.ToDisplay(path));
    }

    [Theory]
    [InlineData(@"\\?\C:\data", @"C:\")]
    [InlineData(@"d:\", @"d:\")]
    [InlineData(@"\\?\UNC\server\share\x", null)]
    [InlineData(@"\\.\pipe\x", null)]
    public void A_path_is_on_a_drive_with_a_letter_or_on_none(string path, string? drive) => Assert.Equal(drive, WindowsPath.DriveOf(path));
}

using System.Text;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

public sealed class PortableNameTests
{
    // UTF-16 in hex: attributes cannot hold lone surrogates.
    [Theory]
    [InlineData("0061002E0074", "612E74")]
    [InlineData("00E4D834DD1E", "C3A4F09D849E")]
    [InlineData("0061D8000062", "61EDA08062")]
    [InlineData("DFFF", "EDBFBF")]
    [InlineData("DC00D800", "EDB080EDA080")]
    public void Windows_names_and_bytes_convert_both_ways(string utf16, string hex)
    {
        var name = string.Concat(utf16.Chunk(4).Select(unit => (char)Convert.ToUInt16(new string(unit), 16)));
        Assert.Equal(hex, Convert.ToHexString(PortableName.ToBytes(name)));
        Assert.Equal(name, PortableName.FromBytes(Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("C3")]
    [InlineData("EDA0")]
    [InlineData("C080")]
    [InlineData("EDA080EDB080")] // a pair in two halves would be a second spelling of U+10000
    public void Bytes_that_are_no_name_are_refused(string hex) => Assert.Null(PortableName.FromBytes(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("a<b")]
    [InlineData("a:stream")]
    [InlineData("..\\x")]
    [InlineData("C:")]
    [InlineData("a\tb")]
    public void What_Windows_cannot_name_is_no_entry_there_but_one_elsewhere(string name)
    {
        Assert.Null(PortableName.TryGetEntryName(Encoding.UTF8.GetBytes(name), forWindows: true));
        Assert.Equal(name, PortableName.TryGetEntryName(Encoding.UTF8.GetBytes(name), forWindows: false));
    }

    [Theory]
    [InlineData("dot.")]
    [InlineData("space ")]
    [InlineData("...")]
    [InlineData("nul")]
    [InlineData("Con.txt")]
    [InlineData("COM1 .log")]
    [InlineData("lpt\u00b2")]
    [InlineData("conin$")]
    [InlineData(".profile")]
    [InlineData("a.b c")]
    public void Names_that_Windows_takes_in_the_extended_form_of_paths_are_entries(string name) =>
        Assert.Equal(name, PortableName.TryGetEntryName(Encoding.UTF8.GetBytes(name), forWindows: true));

    [Fact]
    public void A_lone_surrogate_is_a_name_on_Windows_only()
    {
        byte[] name = [(byte)'a', 0xed, 0xa0, 0x80];
        Assert.Equal("a\ud800", PortableName.TryGetEntryName(name, forWindows: true));
        Assert.Null(PortableName.TryGetEntryName(name, forWindows: false));
        Assert.Equal("𝄞", PortableName.TryGetEntryName("𝄞"u8, forWindows: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    public void Unsafe_names_are_refused_everywhere(string name)
    {
        Assert.Null(PortableName.TryGetEntryName(FileName.FromText(name), forWindows: true));
        Assert.Null(PortableName.TryGetEntryName(FileName.FromText(name), forWindows: false));
    }
}

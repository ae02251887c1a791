using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Tests.FileSystem;

public sealed class FileNameTests
{
    [Theory]
    [InlineData("61C3A4F09D849E", "aä𝄞")]
    [InlineData("20415C7A7E", " A\\z~")]
    [InlineData("61FF62", "a\\xffb")]
    [InlineData("C3", "\\xc3")]
    [InlineData("EDA080", "\\xed\\xa0\\x80")]
    [InlineData("0A1B7F", "\\x0a\\x1b\\x7f")]
    [InlineData("C285", "\\xc2\\x85")]
    [InlineData("", "")]
    public void Display_shows_what_is_no_text_as_numbers(string hex, string expected) =>
        Assert.Equal(expected, FileName.ToDisplay(Convert.FromHexString(hex)));

    [Fact]
    public void Text_that_is_no_UTF_8_is_null()
    {
        Assert.Null(FileName.ToText([0x61, 0xff]));
        Assert.Null(FileName.ToText([0xed, 0xa0, 0x80]));
        Assert.Equal("ä\n", FileName.ToText("ä\n"u8));
    }

    [Theory]
    [InlineData("...", true)]
    [InlineData(".a", true)]
    [InlineData("a\\b", true)]
    [InlineData("\n", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("a/", false)]
    [InlineData("a\0", false)]
    public void Safe_names_are_those_of_one_entry(string name, bool safe) => Assert.Equal(safe, FileName.IsSafe(FileName.FromText(name)));
}

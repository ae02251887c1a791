using Rekkord.Engine.Configuration.Syntax;

namespace Rekkord.Engine.Tests.Configuration.Syntax;

public sealed class IniReaderTests
{
    [Theory]
    [InlineData("Key = value", "value")]
    [InlineData("Key=value", "value")]
    [InlineData("\tKey\t=\tvalue\t", "value")]
    [InlineData("Key = two words", "two words")]
    [InlineData("Key = a=b", "a=b")]
    [InlineData("Key = value # comment", "value")]
    [InlineData("Key = value\t; comment", "value")]
    [InlineData("Key = pass#word;x", "pass#word;x")]
    [InlineData("Key = \"pass # word \" # comment", "pass # word ")]
    [InlineData("Key = C:\\hooks\\presave", "C:\\hooks\\presave")]
    [InlineData("Key = it's", "it's")]
    [InlineData("Key = Grüße", "Grüße")]
    [InlineData("Key = a\r\n", "a")]
    [InlineData("# c\n; c\n\n  # c\nKey = a", "a")]
    public void A_value_is_what_stands_between_the_equals_sign_and_a_comment(string text, string value) =>
        Assert.Equal(value, Assert.Single(IniReader.Read(text, "/f").Items).Value);

    [Fact]
    public void A_section_may_be_continued_later()
    {
        var document = IniReader.Read("[A]\nx = 1\n[B]\ny = 2\n[A] # again\nz = 3", "/f");
        Assert.Equal([("A", "x"), ("B", "y"), ("A", "z")], document.Items.Select(item => (item.Section, item.Name)));
    }
}

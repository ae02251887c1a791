using System.Text;
using Rekkord.Engine.Hooks.External;

namespace Rekkord.Engine.Tests.Hooks;

public sealed class OutputCaptureTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Lines_are_the_same_however_the_bytes_arrive(int piece)
    {
        var bytes = Encoding.UTF8.GetBytes("ä\r\n\n日本\r\nlast𝄞");
        List<string> live = [];
        var capture = new OutputCapture(live.Add);
        foreach (var part in bytes.Chunk(piece))
            capture.Append(part);
        capture.Complete();
        Assert.Equal(["ä", "", "日本", "last𝄞"], live);
        Assert.Equal(["ä", "", "日本", "last𝄞"], capture.ToLines().Lines);
        Assert.Equal(0, capture.ToLines().DroppedBytes);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(65_536)]
    [InlineData(3_000_000)]
    public void The_end_is_kept_from_a_whole_line_on_and_the_rest_is_counted(int piece)
    {
        var text = string.Concat(Enumerable.Range(0, 300_000).Select(i => $"line {i}\n"));
        var capture = new OutputCapture(null);
        foreach (var part in Encoding.UTF8.GetBytes(text).Chunk(piece))
            capture.Append(part);
        var (lines, dropped) = capture.ToLines();
        var kept = string.Concat(lines.Select(line => line + "\n"));
        Assert.EndsWith(kept, text, StringComparison.Ordinal);
        Assert.InRange(kept.Length, OutputCapture.Capacity - 20, OutputCapture.Capacity);
        Assert.Equal(text.Length - kept.Length, dropped);
        Assert.StartsWith("line ", (string)lines[0]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void One_endless_line_is_kept_from_a_whole_character_on(int offset)
    {
        var bytes = Encoding.UTF8.GetBytes(new string('x', offset) + new string('日', 500_000));
        var capture = new OutputCapture(null);
        capture.Append(bytes);
        var (lines, dropped) = capture.ToLines();
        var line = Assert.IsType<string>(Assert.Single(lines));
        Assert.DoesNotContain('\uFFFD', line);
        Assert.Equal(bytes.Length, dropped + Encoding.UTF8.GetByteCount(line));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_very_long_line_is_passed_on_in_pieces_of_whole_characters(int offset)
    {
        var line = new string('x', offset) + string.Concat(Enumerable.Repeat("𝄞", 50_000));
        List<string> live = [];
        var splitter = new LineSplitter(live.Add);
        foreach (var part in Encoding.UTF8.GetBytes(line + "\nnext").Chunk(10_000))
            splitter.Append(part);
        splitter.Complete();
        Assert.Equal("next", live[^1]);
        Assert.Equal(line, string.Concat(live.SkipLast(1)));
        Assert.All(live, piece => Assert.InRange(Encoding.UTF8.GetByteCount(piece), 0, LineSplitter.MaximumLength));
    }

    [Fact]
    public void Nothing_written_is_no_lines() => Assert.Empty(new OutputCapture(null).ToLines().Lines);
}

using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Tests.Platform;

/// <summary>A file that another program has open for an instant is worth a second try, and one that stays open is reported soon.</summary>
public sealed class SharingRetryTests
{
    private readonly List<int> _pauses = [];

    [Fact]
    public void What_passes_is_tried_again_until_it_does()
    {
        var times = 0;

        Assert.Equal("done", SharingRetry.Run(() => ++times < 4 ? throw Held() : "done", Passes, _pauses.Add));
        Assert.Equal((4, 3), (times, _pauses.Count));
        Assert.Equal(_pauses.Order(), _pauses);
    }

    [Fact]
    public void What_stays_is_reported_after_less_than_a_second()
    {
        var times = 0;

        Assert.Throws<IOException>(() => SharingRetry.Run<int>(() => { times++; throw Held(); }, Passes, _pauses.Add));
        Assert.Equal(_pauses.Count + 1, times);
        Assert.InRange(_pauses.Sum(), 100, 1000);
    }

    [Fact]
    public void What_an_inner_attempt_has_given_up_on_is_not_tried_again_by_the_outer()
    {
        Assert.Throws<IOException>(() => SharingRetry.Run(() => SharingRetry.Run<int>(() => throw Held(), Passes, _pauses.Add), Passes, _pauses.Add));

        Assert.InRange(_pauses.Sum(), 100, 1000);
    }

    [Fact]
    public void Other_errors_are_reported_at_once()
    {
        Assert.Throws<FileNotFoundException>(() => SharingRetry.Run<int>(() => throw new FileNotFoundException(), Passes, _pauses.Add));
        Assert.Empty(_pauses);
    }

    private static bool Passes(Exception error) => SharingRetry.IsSharingViolation(Win32Error.NumberOf(error));

    private static Exception Held() => Win32Error.Create(Win32Error.SharingViolation, "It is open.");
}

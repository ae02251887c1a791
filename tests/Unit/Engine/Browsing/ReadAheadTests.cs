using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Tests.Browsing;

public sealed class ReadAheadTests
{
    private const int MostAhead = 10_000;

    private readonly List<RekkordException> _failed = [];
    private int _made;
    private bool _ended;

    [Fact]
    public void What_is_made_comes_in_its_order_with_the_errors_in_their_places()
    {
        var taken = new List<string>();

        foreach (var value in ReadAhead.Run(_ => Sequence(), error => taken.Add(error.ErrorId), CancellationToken.None))
            taken.Add(value);

        Assert.Equal(["first", "Middle", "second", "End"], taken);

        static IEnumerable<Outcome<string>> Sequence()
        {
            yield return "first";
            yield return Error("Middle");
            yield return "second";
            throw Error("End");
        }
    }

    [Fact]
    public void A_sequence_without_end_is_made_only_so_far_ahead_and_ends_when_no_more_is_taken()
    {
        Assert.Equal(["0", "1", "2"], ReadAhead.Run(Endless, _failed.Add, CancellationToken.None).Take(3));

        Assert.InRange(_made, 3, MostAhead);
        Assert.True(_ended);
    }

    [Fact]
    public void A_stop_ends_the_sequence_and_is_raised()
    {
        using var stop = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var value in ReadAhead.Run(Endless, _failed.Add, stop.Token))
                stop.Cancel();
        });

        Assert.True(_ended);
    }

    [Fact]
    public void An_error_before_the_first_step_is_told()
    {
        Assert.Empty(ReadAhead.Run<string>(_ => throw Error("Begin"), _failed.Add, CancellationToken.None));
        Assert.Equal("Begin", Assert.Single(_failed).ErrorId);
    }

    [Fact]
    public void An_unexpected_exception_is_raised_where_the_sequence_is_taken() =>
        Assert.Throws<InvalidOperationException>(() => ReadAhead.Run<string>(_ => throw new InvalidOperationException(), _failed.Add, CancellationToken.None).Count());

    private IEnumerable<Outcome<string>> Endless(CancellationToken stop)
    {
        try
        {
            while (true)
                yield return $"{_made++}";
        }
        finally
        {
            _ended = true;
        }
    }

    private static RekkordException Error(string id) => new(id, RekkordErrorKind.InvalidData, id);
}

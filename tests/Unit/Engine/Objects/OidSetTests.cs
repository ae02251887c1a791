using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Tests.Objects;

public sealed class OidSetTests
{
    [Fact]
    public void A_set_that_has_grown_many_times_holds_exactly_what_was_added()
    {
        var set = new OidSet();
        for (var i = 0; i < 100_000; i++)
            Assert.True(set.Add(TestOids.Random(i)));

        Assert.Equal(100_000, set.Count);
        for (var i = 0; i < 100_000; i++)
        {
            Assert.True(set.Contains(TestOids.Random(i)));
            Assert.False(set.Add(TestOids.Random(i)));
            Assert.False(set.Contains(TestOids.Random(-1 - i)));
        }
    }

    [Fact]
    public void Identifiers_that_fall_into_the_same_slot_are_told_apart()
    {
        var set = new OidSet();
        for (var i = 0; i < 5_000; i++)
            Assert.True(set.Add(TestOids.Alike(i)));

        Assert.Equal(5_000, set.Count);
        Assert.All(Enumerable.Range(0, 5_000), i => Assert.True(set.Contains(TestOids.Alike(i))));
        Assert.False(set.Contains(TestOids.Alike(5_000)));
    }

    [Fact]
    public void Identifiers_at_the_end_of_the_table_are_held_beyond_it()
    {
        var set = new OidSet();
        for (var i = 0; i < 5_000; i++)
            Assert.True(set.Add(TestOids.Last(i)));

        Assert.All(Enumerable.Range(0, 5_000), i => Assert.False(set.Add(TestOids.Last(i))));
        Assert.False(set.Contains(TestOids.Last(5_000)));
    }

    [Fact]
    public void An_identifier_of_zeros_is_one_like_any_other()
    {
        var set = new OidSet();

        Assert.False(set.Contains(default));
        Assert.True(set.Add(default));
        Assert.False(set.Add(default));
        Assert.True(set.Contains(default));
        Assert.Equal(1, set.Count);
    }

    [Fact]
    public void Of_threads_that_add_the_same_one_is_told_that_it_is_new()
    {
        var set = new OidSet();
        var added = 0;
        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (set.Add(TestOids.Random(i)))
                    Interlocked.Increment(ref added);
            }
        });

        Assert.Equal(20_000, added);
        Assert.Equal(20_000, set.Count);
    }
}

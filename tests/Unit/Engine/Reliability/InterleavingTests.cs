using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>While one operation waits for any of its calls, a whole save is made by somebody else: nothing is lost, and nothing is alarmed.</summary>
public sealed class InterleavingTests(StoredHistory history) : IClassFixture<StoredHistory>
{
    [Fact]
    public void A_save_during_a_scan_is_no_problem() => AtEveryCall(
        store => Assert.Empty(history.Scan(store).Problems.Select(problem => problem.Message)));

    [Fact]
    public void A_tag_that_is_made_during_a_scan_is_not_missing()
    {
        var untagged = StoredHistory.Copy(history.Saved);
        var tag = Assert.Single(untagged.List("tags/")).Name;
        untagged.Remove(tag);
        var store = new FaultyStore(untagged, faultyCall: 10) { Meanwhile = () => untagged[tag] = history.Saved[tag] };

        Assert.Empty(history.Scan(store).Problems);
        Assert.True(store.Calls > 10);
    }

    [Fact]
    public void A_save_during_a_repair_is_no_problem() => AtEveryCall(
        store => Assert.Empty(history.Scan(store, repair: true).Problems.Select(problem => problem.Message)));

    [Fact]
    public void A_save_during_a_listing_hides_nothing() => AtEveryCall(store =>
    {
        var (ids, damaged) = history.List(store);
        Assert.Contains(history.EarlierId, ids);
        Assert.Equal(0, damaged);
    });

    [Fact]
    public void A_save_during_a_restore_changes_nothing_in_it() => AtEveryCall(
        store => Assert.True(history.Restore(store, history.EarlierId)));

    [Fact]
    public void Of_two_saves_at_the_same_time_both_are_whole() => AtEveryCall(store =>
    {
        var saved = history.Save(store).Snapshot.Id.ToString();
        Assert.True(history.Restore(store, saved));
        Assert.Contains(saved, history.List(store).Ids);
    });

    /// <summary>Runs an operation with a save during one of its calls, then during another: a spread of them, in the long mode each.</summary>
    private void AtEveryCall(Action<IObjectStore> operation)
    {
        var clean = new FaultyStore(StoredHistory.Copy(history.Saved));
        operation(clean);
        foreach (var call in TestLength.Choose([.. Enumerable.Range(0, clean.Calls)], 6))
        {
            var plain = StoredHistory.Copy(history.Saved);
            var made = "";
            var store = new FaultyStore(plain, faultyCall: call) { Meanwhile = () => made = history.Save(plain).Snapshot.Id.ToString() };
            operation(store);
            if (made.Length == 0)
                continue;
            Assert.True(history.Restore(plain, made));
            Assert.Empty(history.Scan(plain).Problems);
        }
    }
}

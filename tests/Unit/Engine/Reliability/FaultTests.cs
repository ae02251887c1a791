using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>
/// Every operation, with every kind of fault of the store, at every one of its calls: it succeeds, or says what is wrong; what was
/// saved before stays whole, what it reported as saved is, and nothing wrong is ever restored.
/// </summary>
public sealed class FaultTests(StoredHistory history) : IClassFixture<StoredHistory>
{
    // Far beyond what any of these operations takes: whoever is not done then hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_save_succeeds_or_fails_cleanly_and_nothing_saved_before_is_touched(Fault fault) => AtEveryCall(
        fault,
        history.Saved,
        store => history.Save(store).Snapshot.Id.ToString(),
        (store, saved, _) =>
        {
            AssertWhole(store, history.EarlierId);
            if (saved is not null)
            {
                AssertWhole(store, saved);
                Assert.Equal(0, history.Scan(store).UnindexedPacks);
            }

            AssertWhole(store, history.Save(store).Snapshot.Id.ToString());
        });

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_scan_never_takes_what_it_could_not_read_for_sound_and_changes_nothing(Fault fault) => AtEveryCall(
        fault,
        history.Saved,
        store => history.Scan(store),
        (store, result, failed) =>
        {
            Assert.False(failed && result is { Problems.Count: 0 }, "The scan found nothing wrong although it was given an error or wrong bytes.");
            AssertSame(history.Saved, store);
        });

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_repair_that_fails_costs_nothing(Fault fault)
    {
        // A snapshot without its tag and packs without their index: what a kill leaves, and what a repair makes again.
        var untidy = StoredHistory.Copy(history.Saved);
        foreach (var lost in untidy.List("tags/").Concat(untidy.List("index/")).ToArray())
            untidy.Remove(lost.Name);

        AtEveryCall(
            fault,
            untidy,
            store => history.Scan(store, repair: true),
            (store, _, _) =>
            {
                history.Scan(store, repair: true);
                AssertWhole(store, history.EarlierId);
                Assert.Empty(history.Scan(store).Problems);
            });
    }

    [Theory]
    [InlineData(Fault.FailsOnce)]
    [InlineData(Fault.WrongBytes)]
    [InlineData(Fault.Truncates)]
    public void A_repair_puts_nothing_aside_that_is_sound_nor_what_a_revocation_keeps_good(Fault fault)
    {
        var sound = StoredHistory.Copy(history.Saved);
        history.SaveWithLostKey(sound);
        history.RevokeLostKey(sound);

        AtEveryCall(
            fault,
            sound,
            store => history.Scan(store, repair: true),
            static (store, _, _) => Assert.Empty(store.List("damaged/")));
    }

    [Theory]
    [InlineData(Fault.FailsOnce)]
    [InlineData(Fault.WrongBytes)]
    public void A_repair_of_a_damaged_pack_that_fails_loses_nothing_that_could_be_read(Fault fault) =>
        RepairDamagedPack(fault, StoredHistory.Copy(history.Saved));

    [Theory]
    [InlineData(Fault.FailsOnce)]
    [InlineData(Fault.WrongBytes)]
    public void Nor_does_it_when_no_index_names_the_pack(Fault fault)
    {
        var unindexed = StoredHistory.Copy(history.Saved);
        foreach (var index in unindexed.List("index/").ToArray())
            unindexed.Remove(index.Name);

        RepairDamagedPack(fault, unindexed);
    }

    private void RepairDamagedPack(Fault fault, MemoryObjectStore damaged)
    {
        var pack = damaged[PackOfMostFiles()];
        pack[pack.Length / 2] ^= 1;
        Assert.False(history.Restore(damaged, history.EarlierId, out var lost));
        Assert.NotEmpty(lost);

        AtEveryCall(
            fault,
            damaged,
            store => history.Scan(store, repair: true),
            (store, _, _) =>
            {
                history.Scan(store, repair: true);
                history.Restore(store, history.EarlierId, out var missing);
                Assert.Equal(lost, missing);
                Assert.All(history.Scan(store).Problems, problem => Assert.Equal(ProblemKind.ContentMissing, problem.Kind));
            });
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_restore_never_gives_anything_but_what_was_saved(Fault fault) => AtEveryCall(
        fault,
        history.Saved,
        store => history.Restore(store, history.EarlierId),
        (store, _, _) => AssertSame(history.Saved, store));

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_listing_that_lacks_a_snapshot_says_so(Fault fault) => AtEveryCall(
        fault,
        history.Saved,
        store => history.List(store),
        (store, list, _) =>
        {
            Assert.True(list.Ids is null || list.Damaged > 0 || list.Ids.Contains(history.EarlierId), "A snapshot is missing from the listing, which did not say so.");
            AssertSame(history.Saved, store);
        });

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_repository_is_made_whole_or_not_at_all(Fault fault) => AtEveryCall(
        fault,
        new MemoryObjectStore(),
        store =>
        {
            history.Initialize(store);
            return true;
        },
        (store, made, _) =>
        {
            if (!made && !store.Exists("rekkord"))
                history.Initialize(store);
            AssertWhole(store, history.Save(store).Snapshot.Id.ToString());
        });

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_revocation_is_made_whole_or_not_at_all(Fault fault)
    {
        var signed = StoredHistory.Copy(history.Saved);
        history.SaveWithLostKey(signed);
        var damaged = StoredHistory.Copy(signed);
        damaged[ObjectName.ForRevocation(history.LostKeyId)] = [1, 2, 3];
        foreach (var initial in new[] { signed, damaged })
        {
            AtEveryCall(
                fault,
                initial,
                store => history.RevokeLostKey(store),
                (store, reported, _) =>
                {
                    Assert.True(initial == signed || store.Exists(ObjectName.ForRevocation(history.LostKeyId)), "The key was revoked, and is no more.");
                    var stored = Find(store);
                    Assert.True(stored is not null || reported is null, "The revocation was reported, and is not there.");
                    if (stored is null)
                        history.RevokeLostKey(store);
                    Assert.Equal((1, 1), (Find(store)!.Snapshots.Count, Find(store)!.Tags.Count));
                });
        }
    }

    [Theory]
    [InlineData(Fault.WrongBytes)]
    [InlineData(Fault.Truncates)]
    public void A_sound_revocation_that_is_misread_is_not_replaced(Fault fault)
    {
        var revoked = StoredHistory.Copy(history.Saved);
        history.RevokeLostKey(revoked);

        for (var call = 0; call < 10; call++)
        {
            var store = StoredHistory.Copy(revoked);
            Assert.ThrowsAny<RekkordException>(() => history.RevokeLostKey(new FaultyStore(store, fault, call)));
            AssertSame(revoked, store);
        }
    }

    /// <summary>The revocation in a store; null when there is none that can be read.</summary>
    private Revocation? Find(MemoryObjectStore store)
    {
        var list = RevocationList.Load(history.Open(store), default);
        return list.Damaged.Count == 0 ? RevocationList.Find(history.Open(store), history.LostKeyId, default) : null;
    }

    /// <summary>The data pack that the most files need.</summary>
    private string PackOfMostFiles()
    {
        const int LargerThanAnyTree = 20_000;
        return history.Saved.List("packs/").Where(found => found.Size > LargerThanAnyTree).Select(found => found.Name).MaxBy(name =>
        {
            var without = StoredHistory.Copy(history.Saved);
            without.Remove(name);
            history.Restore(without, history.EarlierId, out var missing);
            return missing.Count;
        })!;
    }

    /// <summary>Runs an operation with a fault at one of its calls, then at another: at a spread of them, others for each fault; in the long mode at each.</summary>
    private static void AtEveryCall<T>(Fault fault, MemoryObjectStore initial, Func<IObjectStore, T> operation, Action<MemoryObjectStore, T?, bool> check)
    {
        var clean = new FaultyStore(StoredHistory.Copy(initial));
        Run(() => operation(clean), out var error);
        Assert.Null(error);
        foreach (var call in TestLength.ChooseShare([.. Enumerable.Range(0, clean.Calls)], 3, (int)fault, Enum.GetValues<Fault>().Length))
        {
            var store = StoredHistory.Copy(initial);
            var faulty = new FaultyStore(store, fault, call);
            var result = Run(() => operation(faulty), out error);
            try
            {
                if (error is not null)
                    AssertNamed(error);
                check(store, result, faulty.HasFailed);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{fault} at call {call} of {clean.Calls}, which ended with {error?.ErrorId ?? "success"}: {failure.Message}", failure);
            }
        }
    }

    private static T? Run<T>(Func<T> operation, out RekkordException? error)
    {
        error = null;
        var task = Task.Run(operation);
        try
        {
            Assert.True(task.Wait(Patience), "The operation hangs.");
            return task.Result;
        }
        catch (AggregateException failed) when (failed.InnerException is RekkordException named)
        {
            error = named;
            return default;
        }
    }

    private static void AssertNamed(RekkordException error)
    {
        Assert.Matches("^[A-Z][A-Za-z]+$", error.ErrorId);
        Assert.NotEmpty(error.Message);
        Assert.False(string.IsNullOrEmpty(error.Target), $"The error names no object: {error.Message}");
    }

    private static void AssertSame(MemoryObjectStore expected, MemoryObjectStore actual) => Assert.Equal(
        expected.List("").Select(found => (found.Name, Convert.ToHexString(expected[found.Name]))),
        actual.List("").Select(found => (found.Name, Convert.ToHexString(actual[found.Name]))));

    /// <summary>A snapshot is listed, a full scan finds nothing wrong but a tag that was not made any more, and it restores.</summary>
    private void AssertWhole(MemoryObjectStore store, string snapshot)
    {
        Assert.Contains(snapshot, history.List(store).Ids);
        Assert.DoesNotContain(history.Scan(store).Problems, problem => problem.Kind != ProblemKind.TagMissing);
        Assert.True(history.Restore(store, snapshot), "The snapshot is not restored whole.");
    }
}

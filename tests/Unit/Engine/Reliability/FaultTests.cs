using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Tests.FileSystem;
using Xunit.Abstractions;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>Each operation with each kind of fault at each call of the store.</summary>
public sealed class FaultTests(FaultFixture fixture, ITestOutputHelper output) : IClassFixture<FaultFixture>
{
    private TestRepository Repository => fixture.Repository;

    [Fact]
    public void A_save_succeeds_or_says_what_failed_and_leaves_a_whole_repository()
    {
        ForEachCase(48, () => Repository.Save(), (_, saved) =>
        {
            Assert.Empty(Repository.Objects("tmp"));
            if (saved is not null)
                fixture.AssertRestores(saved.Snapshot.Id.ToString(), Repository.Source);
            fixture.AssertWhole();
        });
    }

    [Fact]
    public void A_full_scan_is_clean_only_when_it_read_everything_as_it_was_written()
    {
        ForEachCase(100, () => Repository.Scan(new ScanRequest { Full = true }), (store, scanned) =>
        {
            if (scanned is not null && store.HasShown)
                Assert.NotEmpty(scanned.Problems);
            fixture.AssertNothingChanged();
        });
    }

    [Fact]
    public void A_restore_never_makes_a_wrong_file_and_says_what_is_missing()
    {
        ForEachCase(100, () => fixture.Restore(fixture.Kept, fixture.Kept), (_, restored) =>
        {
            var files = fixture.CountRestored();
            if (restored is { ErrorCount: 0 })
                Assert.True(files == 5 || !Repository.Warnings.IsEmpty, "An older snapshot was restored, or less than all, without a word.");
            Assert.All(restored?.Errors ?? [], FaultFixture.AssertIsNamed);
            fixture.AssertNothingChanged();
        });
    }

    [Fact]
    public void A_listing_has_all_snapshots_or_says_what_it_could_not_read()
    {
        ForEachCase(100, List, (_, listed) =>
        {
            if (listed is not null)
                Assert.Equal(2, listed.Count(item => item is Snapshot) + listed.OfType<RekkordException>().Count());
            Assert.All(listed?.OfType<RekkordException>() ?? [], FaultFixture.AssertIsNamed);
            fixture.AssertNothingChanged();
        });

        List<object> List()
        {
            using var repository = Repository.Open();
            var errors = new List<RekkordException>();
            return [.. new SnapshotStore(repository).List(errors.Add, CancellationToken.None), .. errors];
        }
    }

    [Fact]
    public void A_repository_is_made_with_its_keyfile_or_can_be_made_by_trying_again()
    {
        using var directory = new TemporaryDirectory();
        var calls = Make("clean", Fault.Fails, int.MaxValue).Calls;
        foreach (var fault in Enum.GetValues<Fault>())
        {
            for (var call = 0; call < calls; call++)
            {
                var name = $"{fault}-{call}";
                Make(name, fault, call);
                if (!File.Exists(Path.Combine(directory[name], "rekkord")))
                    RepositoryCreation.Run(directory[name], directory[$"{name}.key"], overwriteKeyFile: true).Dispose();
                RepositoryAccess.Open(DirectoryObjectStore.Open(directory[name]), KeyFile.Read(directory[$"{name}.key"])).Dispose();
            }
        }

        FaultyObjectStore Make(string name, Fault fault, int call)
        {
            var store = new FaultyObjectStore(DirectoryObjectStore.CreateOrOpen(directory[name]), fault, call);
            try
            {
                RepositoryCreation.Run(store, directory[$"{name}.key"], overwriteKeyFile: false).Dispose();
            }
            catch (RekkordException error)
            {
                FaultFixture.AssertIsNamed(error);
            }

            return store;
        }
    }

    private void ForEachCase<T>(int most, Func<T> operation, Action<FaultyObjectStore, T?> check)
        where T : class
    {
        T? result = null;
        var cases = fixture.Cases(() => operation());
        var (shown, ended) = (0, 0);
        var chosen = TestLength.Choose(cases, most).ToList();
        foreach (var (fault, call) in chosen)
        {
            try
            {
                result = null;
                var (store, error) = fixture.Run(fault, call, () => result = operation());
                if (error is not null)
                    FaultFixture.AssertIsNamed(error);
                check(store, result);
                shown += store.HasShown ? 1 : 0;
                ended += error is null ? 0 : 1;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{fault} at call {call}: {failure.Message}", failure);
            }
        }

        output.WriteLine($"{chosen.Count} of {cases.Count} cases; in {shown} the fault showed itself, {ended} ended with an error.");
    }
}

using System.Collections.Concurrent;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>The state of scans is whole or as if there were none, however many scans write it.</summary>
public sealed class ScanStateTests : IDisposable
{
    private const string Id = "00112233445566778899aabbccddeeff";
    private const string Place = "/mnt/backup";

    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static readonly Hash128 Identity = new(1, 2);
    private static readonly HashSet<string> Packs = [.. Enumerable.Range(0, 500).Select(i => ObjectName.ForPack(TestRepository.RandomBytes(i, 32)))];

    private readonly TemporaryDirectory _directory = new();

    private string StatePath => CacheLocation.ForScans(Id, Place, _directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_pack_that_there_still_is_is_remembered_as_it_was_verified()
    {
        var gone = Packs.First();
        var quick = Packs.Last();
        var state = Verified();
        state.SetVerified(quick, full: false, Time, Identity);
        state.Save(Packs.Where(pack => pack != gone).ToHashSet());

        var loaded = ScanState.Load(Id, Place, _directory.Path);

        Assert.Null(loaded.LastVerified(gone, full: false));
        Assert.Null(loaded.LastVerified(quick, full: true));
        Assert.Equal(Time, loaded.LastVerified(quick, full: false));
        Assert.All(Packs.Skip(1).SkipLast(1), pack => Assert.Equal(Time, loaded.LastVerified(pack, full: true)));
    }

    [Fact]
    public void It_says_nothing_of_the_repository_at_another_place()
    {
        Verified().Save(Packs);

        Assert.Null(ScanState.Load(Id, Place + "2", _directory.Path).LastVerified(Packs.First(), full: false));
    }

    [Fact]
    public void It_vouches_for_the_very_object_that_was_verified_and_for_none_that_cannot_be_identified()
    {
        var (first, last) = (Packs.First(), Packs.Last());
        var state = Verified();
        state.SetVerified(last, full: true, Time, identity: null);
        state.Save(Packs);

        var loaded = ScanState.Load(Id, Place, _directory.Path);

        Assert.True(loaded.IsSame(first, Identity));
        Assert.False(loaded.IsSame(first, Identity with { Low = 3 }));
        Assert.False(loaded.IsSame(first, identity: null));
        Assert.False(loaded.IsSame(last, identity: null));
        Assert.False(loaded.IsSame(last, Identity));
    }

    [Fact]
    public void Two_scans_that_end_at_once_both_save_and_leave_a_whole_state()
    {
        const int scans = 2;
        var failures = new ConcurrentQueue<Exception>();
        using var start = new Barrier(scans);
        var threads = Enumerable.Range(0, scans).Select(_ => new Thread(() =>
        {
            var state = Verified();
            for (var round = 0; round < 200; round++)
            {
                start.SignalAndWait();
                if (Record.Exception(() => state.Save(Packs)) is { } failure)
                    failures.Enqueue(failure);
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Empty(failures);
        var loaded = ScanState.Load(Id, Place, _directory.Path);
        Assert.All(Packs, pack => Assert.Equal(Time, loaded.LastVerified(pack, full: true)));
        Assert.Equal([StatePath], Directory.GetFiles(Path.GetDirectoryName(StatePath)!));
    }

    [Fact]
    public void A_state_can_be_saved_while_packs_are_verified()
    {
        var state = Verified();
        using var saved = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            for (var i = 500; !saved.IsSet; i++)
                state.SetVerified(ObjectName.ForPack(TestRepository.RandomBytes(i % 2000, 32)), full: false, Time, Identity);
        });
        thread.Start();
        var failure = Record.Exception(() =>
        {
            for (var round = 0; round < 100; round++)
                state.Save(Packs);
        });
        saved.Set();
        thread.Join();

        Assert.Null(failure);
    }

    [Fact]
    public void A_state_that_is_too_large_is_not_read()
    {
        Verified().Save(Packs);
        using (var file = new FileStream(StatePath, FileMode.Open))
            file.SetLength(ScanState.MaximumLength + 1L);

        ScanState? loaded = null;
        Assert.InRange(Mutations.Allocated(() => loaded = ScanState.Load(Id, Place, _directory.Path)), 0, 1024 * 1024);
        Assert.Null(loaded!.LastVerified(Packs.First(), full: false));
    }

    [Fact]
    public void A_damaged_state_is_as_if_there_were_none()
    {
        Verified().Save(Packs.Take(2).ToHashSet());
        var bytes = File.ReadAllBytes(StatePath);

        foreach (var damaged in Mutations.Truncations(bytes).Concat(Mutations.BitFlips(bytes)).Append([.. bytes, 0]))
        {
            File.WriteAllBytes(StatePath, damaged);
            var loaded = ScanState.Load(Id, Place, _directory.Path);
            Assert.All(Packs.Take(2), pack => Assert.Null(loaded.LastVerified(pack, full: false)));
        }
    }

    [Fact]
    public void Nobody_else_can_read_the_state()
    {
        Verified().Save(Packs);

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(StatePath));
    }

    [Fact]
    public void What_killed_scans_left_long_ago_is_removed_and_what_is_new_stays()
    {
        Verified().Save(Packs);
        var (old, young) = ($"{StatePath}.aaaaaaaaaaaa.tmp", $"{StatePath}.bbbbbbbbbbbb.tmp");
        Array.ForEach([old, young], path => File.WriteAllText(path, "half a state"));
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));

        Verified().Save(Packs);

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    private ScanState Verified()
    {
        var state = ScanState.Load(Id, Place, _directory.Path);
        foreach (var pack in Packs)
            state.SetVerified(pack, full: true, Time, Identity);
        return state;
    }
}

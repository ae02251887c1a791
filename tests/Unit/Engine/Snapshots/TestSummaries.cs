using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>Summaries to test with, made anew each time.</summary>
internal static class TestSummaries
{
    /// <summary>One in which every field is set.</summary>
    public static SnapshotSummary Full() => new()
    {
        Channel = "täglich",
        Time = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(7),
        Duration = TimeSpan.FromTicks(8),
        HostName = "host",
        UserName = "user",
        Paths = ["/a"u8.ToArray(), [0xff]],
        Files = 1,
        Directories = 2,
        Size = long.MaxValue,
        AddedSize = 3,
        StoredSize = 4,
        ErrorCount = 5,
        Hooks =
        [
            new HookRecord("10-dump.sh", HookStatus.Succeeded, 0, TimeSpan.FromSeconds(9)),
            new HookRecord("20-copy.ps1", HookStatus.TimedOut, null, TimeSpan.Zero),
            new HookRecord("30", HookStatus.Cancelled, -1, TimeSpan.MaxValue),
        ],
        Tags = ["release", "v2", "überprüft"],
        Note = "before the upgrade",
        Origin = new SnapshotOrigin("000102030405060708090a0b0c0d0e0f", new Oid([.. Enumerable.Range(1, 32).Select(i => (byte)i)]), "101112131415161718191a1b1c1d1e1f"),
    };
}

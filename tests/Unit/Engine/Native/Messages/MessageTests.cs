using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Native.Messages;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Native.Messages;

/// <summary>What crosses to the native library arrives as it was. Properties are compared by name, so that one that is added is not forgotten.</summary>
public sealed class MessageTests
{
    private static readonly HookRecord[] Hooks =
        [new("10-dump", HookStatus.TimedOut, null, TimeSpan.FromSeconds(3)), new("20-stop", HookStatus.Failed, 7, TimeSpan.FromTicks(5))];

    [Fact]
    public void A_save_request()
    {
        var request = new SaveRequest
        {
            Channel = "channel",
            Paths = [SourcePath.FromText("dir/*.txt", "/base"), SourcePath.FromBytes([0x2f, 0xff, 0xfe])],
            Exclude = [PathPattern.Parse("./build", "/home/me", "/home/me"), new PathPattern("*.tmp").WithOrigin("-Exclude")],
            IgnoreCache = true,
            FollowLinks = true,
            Hooks = Hooks,
            Tags = ["release", "v2"],
            Note = "before the upgrade",
            CompressionLevel = 7,
            Threads = 3,
            KeyFile = "/key",
            CacheDirectory = "/cache",
        };
        var arrived = RequestMessage.Decode(Request(new() { Save = request })).Save!;
        AssertSame(request, arrived);
        Assert.True(arrived.Exclude[0].Matches("/home/me/build", "build"));
        Assert.False(arrived.Exclude[0].Matches("/home/you/build", "build"));
    }

    [Fact]
    public void A_scan_request() => AssertSame(
        new ScanRequest { Full = true, MaximumAge = TimeSpan.FromDays(3), TimeLimit = TimeSpan.FromTicks(1), Repair = true, Threads = 4, CacheDirectory = "/cache" },
        scan => RequestMessage.Decode(Request(new() { Scan = scan })).Scan!);

    [Fact]
    public void A_restore_request() => AssertSame(
        new RestoreRequest
        {
            Snapshot = "test",
            Path = "/a/b",
            Items = ["/a", "/c/d"],
            SingleItems = ["/e"],
            Destination = "/d",
            Include = [new PathPattern("*.txt")],
            Force = true,
            Verify = true,
            Owner = OwnerChoice.ByNumber,
            NoSpecial = true,
            Threads = 2,
        },
        restore => RequestMessage.Decode(Request(new() { Restore = restore })).Restore!);

    [Fact]
    public void What_is_not_given_in_a_request_stays_so()
    {
        AssertSame(new SaveRequest { Channel = "c", Paths = [] }, save => RequestMessage.Decode(Request(new() { Save = save })).Save!);
        AssertSame(new ScanRequest(), scan => RequestMessage.Decode(Request(new() { Scan = scan })).Scan!);
        AssertSame(new RestoreRequest { Snapshot = "s", Destination = "d" }, restore => RequestMessage.Decode(Request(new() { Restore = restore })).Restore!);
    }

    [Fact]
    public void A_save_result() => AssertSame(
        new SaveResult(Snapshot, 3, 4, 5, [new RekkordException("Id", RekkordErrorKind.ReadError, "message", "/file")]) { UnusedExclusions = ["*.tmp"] },
        result => Cross(writer => ResultMessages.Write(writer, result), ResultMessages.ReadSave));

    [Fact]
    public void A_scan_result()
    {
        var problem = new RepositoryProblem(ProblemKind.PackDamaged, "packs/ab", "damaged") { Repair = "put aside" };
        problem.AddPath("snapshot 2", "/path");
        problem.AddPath("snapshot 1", "/path");
        AssertSame(
            new ScanResult([problem, new RepositoryProblem(ProblemKind.TagMissing, "snapshots/c", "no tag")], 1, 2, 3, 4, 5, 6, true),
            result => Cross(writer => ResultMessages.Write(writer, result), ResultMessages.ReadScan));
    }

    [Fact]
    public void A_restore_result() => AssertSame(
        new RestoreResult(Snapshot, "/destination", 1, 2, 3, 4, 5, [new FileSystemException("FileReadError", RekkordErrorKind.ReadError, "message", "/file", 5)]),
        result => Cross(writer => ResultMessages.Write(writer, result), ResultMessages.ReadRestore));

    [Fact]
    public void Progress()
    {
        AssertSame(new SaveProgress("Saving", 1, 2, 3, 4, 5, "/path") { ExpectedFiles = 6, ExpectedSize = 7, StoredSize = 8 }, progress => Cross(writer => ResultMessages.Write(writer, progress), ResultMessages.ReadSaveProgress));
        AssertSame(new ScanProgress("Scanning", 1, 2, 3), progress => Cross(writer => ResultMessages.Write(writer, progress), ResultMessages.ReadScanProgress));
        AssertSame(new RestoreProgress("Restoring", 1, 2, 3, "/path"), progress => Cross(writer => ResultMessages.Write(writer, progress), ResultMessages.ReadRestoreProgress));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\ud83d\ude00 and half of one: \ud83d")]
    [InlineData("a\0b")]
    public void Text_that_is_no_valid_Unicode(string text) => Assert.Equal(text, Cross(writer => writer.Write(text), reader => reader.ReadString()));

    [Fact]
    public void Errors_keep_their_type_and_what_caused_them()
    {
        var cause = new IOException("the system's reason", 28);
        Exception[] errors =
        [
            new RekkordException("SourceUnreadable", RekkordErrorKind.ReadError, "message", null, cause),
            new FileSystemException("FileReadError", RekkordErrorKind.ReadError, "message", "/file", 13),
            new StorageException("RepositoryFull", RekkordErrorKind.WriteError, "message", "packs/ab", cause),
            new DamagedObjectException("packs/ab", "it is short.", cause),
            new UnauthorizedAccessException("message"),
            new System.Security.Cryptography.CryptographicException("message"),
            cause,
        ];
        foreach (var error in errors)
        {
            var arrived = Cross(writer => ErrorMessages.Write(writer, error), ErrorMessages.Read);
            Assert.IsType(error.GetType(), arrived);
            Assert.Equal(error.Message, arrived.Message);
            Assert.Equal(error.HResult, arrived.HResult);
            Assert.Equal(error.InnerException?.Message, arrived.InnerException?.Message);
            Assert.Equal(error.InnerException?.HResult, arrived.InnerException?.HResult);
            if (error is RekkordException known)
                AssertSame((known.ErrorId, known.Kind, known.Target), (((RekkordException)arrived).ErrorId, ((RekkordException)arrived).Kind, ((RekkordException)arrived).Target));
        }

        Assert.Equal(13, Assert.IsType<FileSystemException>(Cross(writer => ErrorMessages.Write(writer, errors[1]), ErrorMessages.Read)).ErrorNumber);
    }

    [Fact]
    public void An_error_that_nobody_foresaw_says_what_it_was_and_where()
    {
        var error = Assert.Throws<FormatException>(void () => throw new FormatException("strange"));
        var arrived = Cross(writer => ErrorMessages.Write(writer, error), ErrorMessages.Read);
        Assert.Equal("System.FormatException: strange", arrived.Message);
        Assert.Contains(nameof(An_error_that_nobody_foresaw_says_what_it_was_and_where), arrived.StackTrace, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.Prune)]
    [InlineData(KeyRole.WriteOnly)]
    public void Keys_without_a_part_that_the_role_lacks(KeyRole role)
    {
        using var master = KeyMaterial.CreateMaster();
        using var keys = master.Derive(role);
        using var arrived = KeyMessage.Decode(KeyMessage.Encode(keys));
        AssertSame(keys.ToParts(), arrived.ToParts());
    }

    [Fact]
    public void The_seed_of_a_master_key_does_not_cross()
    {
        using var master = KeyMaterial.CreateMaster();
        var message = KeyMessage.Encode(master);
        Assert.Equal(-1, message.AsSpan().IndexOf(master.Seed));
        using var arrived = KeyMessage.Decode(message);
        AssertSame(master.ToParts() with { Seed = null }, arrived.ToParts());
    }

    private static Snapshot Snapshot => new(
        new Oid(Enumerable.Range(0, Oid.Length).Select(i => (byte)i).ToArray()),
        new SnapshotSummary
        {
            Channel = "channel",
            Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
            Duration = TimeSpan.FromTicks(123),
            HostName = "host",
            UserName = "user",
            Paths = [[0x2f, 0xff]],
            Files = 1,
            Directories = 2,
            Size = 3,
            AddedSize = 4,
            StoredSize = 5,
            ErrorCount = 6,
            Hooks = Hooks,
        },
        "snapshots/a",
        "tags/b",
        "key")
    {
        SignerStatus = SignerStatus.Revoked,
        StoredTime = DateTimeOffset.UnixEpoch,
    };

    private static byte[] Request(PartialRequest request) => new RequestMessage
    {
        Location = "/repository",
        CacheDirectory = "/cache",
        Culture = "de-DE",
        Save = request.Save,
        Scan = request.Scan,
        Restore = request.Restore,
    }.Encode();

    private static T Cross<T>(Action<MessageWriter> write, Func<MessageReader, T> read)
    {
        var writer = new MessageWriter();
        write(writer);
        return read(new MessageReader(writer.ToArray()));
    }

    private static void AssertSame<T>(T sent, Func<T, T> cross) => AssertSame(sent, cross(sent));

    private static void AssertSame<T>(T sent, T arrived) => Assert.Equivalent(sent, arrived, strict: true);

    private sealed record PartialRequest
    {
        public SaveRequest? Save { get; init; }

        public ScanRequest? Scan { get; init; }

        public RestoreRequest? Restore { get; init; }
    }
}

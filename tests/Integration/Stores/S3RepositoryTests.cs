using System.Globalization;
using Amazon;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Retrying;
using Rekkord.Engine.Storage.S3;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>A repository in a bucket, used as a user would, over a good line and a bad one.</summary>
[Collection(nameof(RadosGateway))]
public sealed class S3RepositoryTests(RadosGateway gateway) : ISaveObserver, IRestoreObserver, IDisposable
{
    private const int ContentLength = 80 * 1024 * 1024;

    private static readonly RetryPolicy Quick = new() { Attempts = 5, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(5) };

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _directory.Dispose();

    [RequiresRadosGatewayFact]
    public void A_repository_is_made_saved_to_scanned_listed_and_restored()
    {
        var location = Initialize();
        Write("a", 1, 3_000_000);
        Write("b", 2, 100);

        var first = Save(location);
        var again = Save(location);

        Assert.Equal((0, 0), (again.NewDataPacks, again.NewMetadataPacks));
        Assert.Empty(Scan(location).Problems);
        using (var repository = Open(location))
            Assert.Equal([first.Snapshot.Id, again.Snapshot.Id], new SnapshotStore(repository).List(_ => { }, default).Select(snapshot => snapshot.Id));
        AssertRestored(location);
        Assert.Equal("RepositoryExists", Fail(() => Initialize(location)).ErrorId);
    }

    [RequiresRadosGatewayFact]
    public void A_revoked_key_saves_no_more()
    {
        var location = Initialize();
        Write("a", 1, 1000);
        var keyId = WriteOnlyKey();
        Save(location, key: "writer.key");
        using (var repository = Open(location))
            new KeyRevocation(repository, _ => { }).Run(keyId, false, "lost", default);

        Assert.Equal("KeyRevoked", Fail(() => Save(location, key: "writer.key")).ErrorId);
        AssertRestored(location);
    }

    [RequiresRadosGatewayFact]
    public async Task A_damaged_pack_is_found_set_aside_and_stored_again()
    {
        var location = Initialize();
        Write("a", 1, 1_000_000);
        Save(location);
        using (var store = S3ObjectStore.Open(S3Location.Parse(location), RadosGateway.Options))
            await DamageAsync(store);

        Assert.NotEmpty(Scan(location).Problems);
        Scan(location, repair: true);
        Save(location);

        Assert.Empty(Scan(location).Problems);
        AssertRestored(location);
    }

    [RequiresRadosGatewayFact]
    public async Task What_somebody_deleted_from_a_bucket_with_versions_is_found_and_brought_back()
    {
        var location = Initialize(gateway.NewLocation(RadosGateway.GuardedBucket));
        Write("a", 1, 1_000_000);
        Save(location);
        using var store = S3ObjectStore.Open(S3Location.Parse(location), RadosGateway.Options);
        var deleted = store.List("", default).Select(found => found.Name).Where(name => name != "rekkord").ToArray();
        foreach (var name in deleted)
            await store.DeleteAsync(name, default);

        // Of an index, a save may have been the one who deleted it, and another is made from the packs.
        var found = Scan(location);
        Assert.Equal(deleted.Where(name => !name.StartsWith("index/", StringComparison.Ordinal)), found.Problems.Where(problem => problem.Kind == ProblemKind.Deleted).Select(problem => problem.ObjectName));
        Assert.Empty(store.List("packs/", default));
        var repaired = Scan(location, repair: true);

        Assert.Equal(deleted.Count(name => !name.StartsWith("index/", StringComparison.Ordinal)), repaired.Problems.Count(problem => problem.Repair == "brought back"));
        Assert.Empty(Scan(location).Problems);
        AssertRestored(location);
    }

    [RequiresRadosGatewayFact]
    public async Task What_a_repair_has_set_aside_is_not_brought_back()
    {
        var location = Initialize(gateway.NewLocation(RadosGateway.GuardedBucket));
        Write("a", 1, 1_000_000);
        Save(location);
        using var store = S3ObjectStore.Open(S3Location.Parse(location), RadosGateway.Options);
        await DamageAsync(store);
        Scan(location, repair: true);
        Save(location);

        Assert.Empty(Scan(location).Problems);
        foreach (var name in store.List("damaged/", default).Select(found => found.Name))
            await store.DeleteAsync(name, default);
        Assert.Empty(Scan(location, repair: true).Problems);
    }

    [RequiresRadosGatewayFact]
    public async Task Saves_and_scans_prolong_the_retention_of_all_that_is_there()
    {
        var location = Initialize(gateway.NewLocation(RadosGateway.LockedBucket), Retaining(1));
        Write("a", 1, 100_000);
        Save(location, Retaining(1));
        using var store = S3ObjectStore.Open(S3Location.Parse(location), RadosGateway.Options);
        var objects = store.List("", default).Select(found => found.Name).ToArray();
        await AssertKeptAsync(location, objects, 1);

        Save(location, Retaining(30));
        await AssertKeptAsync(location, objects, 30);

        // More than half of the time is left. What was stored last is prolonged all the same.
        Save(location, Retaining(45));
        await AssertKeptAsync(location, ["rekkord"], 30);

        Assert.Empty(Scan(location, options: Retaining(90)).Problems);
        await AssertKeptAsync(location, store.List("", default).Select(found => found.Name), 90);
        Assert.Empty(Scan(location, repair: true, options: Retaining(100)).Problems);
        await AssertKeptAsync(location, objects, 100);
        AssertRestored(location);
    }

    [RequiresRadosGatewayFact]
    public async Task What_another_machine_has_stored_without_retention_gets_it()
    {
        var location = Initialize(gateway.NewLocation(RadosGateway.LockedBucket), Retaining(1));
        Write("a", 1, 100_000);
        Save(location, Retaining(30));
        Write("b", 2, 100_000);
        Save(location);

        Save(location, Retaining(30));

        using var store = S3ObjectStore.Open(S3Location.Parse(location), RadosGateway.Options);
        await AssertKeptAsync(location, store.List("", default).Select(found => found.Name), 30);
    }

    [RequiresRadosGatewayFact]
    public void A_repository_that_is_to_be_kept_is_not_made_where_nothing_is_kept() =>
        Assert.Equal("RetentionUnsupported", Fail(() => Initialize(gateway.NewLocation(), Retaining(1))).ErrorId);

    [RequiresRadosGatewayFact]
    public void Keys_that_may_not_list_versions_scan_and_are_told_so()
    {
        var location = Initialize(gateway.NewLocation(RadosGateway.ListedBucket));
        Write("a", 1, 1000);
        Save(location);
        var warnings = new List<string>();
        using var repository = Open(location, new StoreOptions { S3 = new S3Options { AccessKeyId = RadosGateway.WriterKey, SecretKey = RadosGateway.SecretKey } });

        Assert.Empty(new ScanOperation(repository, new ScanRequest { CacheDirectory = _directory["cache"] }, warnings.Add).Run(default).Problems);

        Assert.Contains("s3:ListBucketVersions", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [RequiresRadosGatewayFact]
    public void What_was_stored_before_the_line_was_cut_for_good_is_not_stored_again()
    {
        var location = Initialize();
        Write("large", 3, ContentLength);
        using var proxy = new MisbehavingProxy(gateway.Port);
        var behind = Behind(proxy, location);

        // One connection lives long enough for a pack; afterwards there is no server any more.
        proxy.Fault = number => number == 0 ? new ProxyFault { CutAfterSending = ContentLength * 3 / 4 } : new ProxyFault { CutAfterSending = 0 };
        var error = Fail(() => Save(behind, new StoreOptions { Connections = 1, S3 = RadosGateway.Options }));
        Assert.True(Assert.IsType<StorageException>(error).IsTransient);
        var result = Save(location);

        Assert.InRange(result.NewDataPacks, 0, PacksOf(location) - 2);
        Assert.Empty(Scan(location).Problems);
        AssertRestored(location);
    }

    [RequiresRadosGatewayFact]
    public void A_save_and_a_restore_over_a_bad_line_are_right()
    {
        Write("large", 4, ContentLength / 4);
        using var proxy = new MisbehavingProxy(gateway.Port);
        var location = Initialize(gateway.NewLocation(port: proxy.Port));

        proxy.Fault = static number => number switch
        {
            0 => new ProxyFault { CutAfterSending = 1_000_000 },
            1 => ProxyFault.Busy,
            2 => new ProxyFault { CutAfterReceiving = 10 },
            _ => null,
        };
        Save(location);
        Assert.InRange(proxy.Connections, 4, 20);
        Assert.InRange(Retries(), 3, 10);
        proxy.Fault = static number => number switch
        {
            0 => new ProxyFault { CutAfterReceiving = 500_000 },
            1 => ProxyFault.Busy,
            2 => new ProxyFault { CutAfterSending = 20 },
            _ => null,
        };
        AssertRestored(location);
        Assert.InRange(Retries(), 1, 10);
        proxy.Fault = static _ => null;
        Assert.Empty(Scan(location).Problems);
    }

    [RequiresRadosGatewayFact]
    public void A_save_during_which_the_server_is_restarted_comes_to_its_end()
    {
        var location = Initialize();
        Write("large", 5, ContentLength);
        using var proxy = new MisbehavingProxy(gateway.Port);
        proxy.Fault = number =>
        {
            if (number == 1)
                gateway.Restart();
            return number == 0 ? new ProxyFault { CutAfterSending = ContentLength / 2 } : null;
        };

        Save(Behind(proxy, location));

        Assert.InRange(Retries(), 1, 10);
        Assert.Empty(Scan(location).Problems);
        AssertRestored(location);
    }

    [RequiresRadosGatewayTheory]
    [InlineData("400 Bad Request", "ExpiredToken", "StoreCredentialsExpired")]
    [InlineData("404 Not Found", "NoSuchBucket", "BucketNotFound")]
    [InlineData("403 Forbidden", "AccessDenied", "StoreAccessDenied")]
    [InlineData("507 Insufficient Storage", "XMinioStorageFull", "RepositoryFull")]
    [InlineData("500 Internal Server Error", "InternalError", "RepositoryWriteError")]
    public void What_ends_a_save_is_named_and_the_next_one_goes_on(string status, string code, string errorId)
    {
        var location = Initialize();
        Write("large", 6, ContentLength);
        using var proxy = new MisbehavingProxy(gateway.Port);
        proxy.Fault = number => number == 0 ? new ProxyFault { CutAfterSending = ContentLength * 3 / 4 } : ProxyFault.Refusing(status, code);

        Assert.Equal(errorId, Fail(() => Save(Behind(proxy, location), new StoreOptions { Connections = 1, S3 = RadosGateway.Options })).ErrorId);

        Assert.InRange(Save(location).NewDataPacks, 0, PacksOf(location) - 2);
        Assert.Empty(Scan(location).Problems);
    }

    [RequiresRadosGatewayFact]
    public void Something_else_that_answers_for_the_server_is_not_taken_for_a_repository()
    {
        var location = Initialize();
        using var proxy = new MisbehavingProxy(gateway.Port);
        proxy.Fault = static _ => ProxyFault.Answering("200 OK", "<html><body>Please log in to use this network.</body></html>");

        Assert.Equal("NotARepository", Fail(() => Open(Behind(proxy, location)).Dispose()).ErrorId);
    }

    [RequiresRadosGatewayFact]
    public void Content_that_was_changed_on_the_line_is_not_restored()
    {
        var location = Initialize();
        Write("large", 7, 4_000_000);
        Save(location);
        using var proxy = new MisbehavingProxy(gateway.Port);
        proxy.Fault = static number => number == 0 ? new ProxyFault { GarbleAfterReceiving = 2_000_000 } : null;
        var destination = _directory["garbled"];

        using var repository = Open(Behind(proxy, location), new StoreOptions { Connections = 1, S3 = RadosGateway.Options });
        var failures = new FailureList();
        new RestoreOperation(repository, new RestoreRequest { Snapshot = "test", Path = _directory["source"], Destination = destination }, failures).Run(default);

        Assert.Equal("ObjectDamaged", Assert.Single(failures).ErrorId);
    }

    [RequiresRadosGatewayFact]
    public async Task A_server_that_hangs_is_not_waited_for()
    {
        using var proxy = new MisbehavingProxy(gateway.Port);
        using var store = S3ObjectStore.Open(S3Location.Parse(gateway.NewLocation(port: proxy.Port)), RadosGateway.Options, stallLimit: TimeSpan.FromMilliseconds(500));
        var bytes = TestRepository.RandomBytes(1, 300_000);
        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);
        proxy.Fault = static number => number < 2 ? new ProxyFault { StallAfterReceiving = number * 100_000 } : null;
        using var retrying = new RetryingStore(S3ObjectStore.Open(S3Location.Parse(store.Location), RadosGateway.Options, stallLimit: TimeSpan.FromMilliseconds(500)), Quick, _notes.Add);

        Assert.Equal(bytes, await retrying.ReadAsync("packs/ab/one", bytes.Length, default));
        Assert.Equal(2, _notes.Count);
    }

    [RequiresRadosGatewayFact]
    public async Task A_server_that_sends_a_byte_at_a_time_is_not_waited_for()
    {
        using var proxy = new MisbehavingProxy(gateway.Port);
        using var store = S3ObjectStore.Open(S3Location.Parse(gateway.NewLocation(port: proxy.Port)), RadosGateway.Options);
        var bytes = TestRepository.RandomBytes(1, 300_000);
        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);
        using var other = new RetryingStore(S3ObjectStore.Open(S3Location.Parse(store.Location), RadosGateway.Options, stallLimit: TimeSpan.FromSeconds(2)), Quick, _notes.Add);
        proxy.Fault = static number => number == 0 ? new ProxyFault { DripAfterReceiving = 100_000 } : null;

        Assert.Equal(bytes, await other.ReadAsync("packs/ab/one", bytes.Length, default));
        Assert.NotEmpty(_notes);
    }

    [RequiresRadosGatewayFact]
    public async Task Stopping_ends_a_read_that_hangs()
    {
        using var proxy = new MisbehavingProxy(gateway.Port);
        using var store = S3ObjectStore.Open(S3Location.Parse(gateway.NewLocation(port: proxy.Port)), RadosGateway.Options);
        proxy.Fault = static _ => new ProxyFault { StallAfterReceiving = 0 };
        using var stop = new CancellationTokenSource();

        var reading = store.ReadAsync("rekkord", 1000, stop.Token).AsTask();
        Assert.True(SpinWait.SpinUntil(() => proxy.Connections == 1, TimeSpan.FromSeconds(30)));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    /// <summary>The rights are those that the document gives: it is read for the bucket's policy.</summary>
    [RequiresRadosGatewayFact]
    public async Task With_the_rights_of_the_document_a_server_saves_and_destroys_nothing()
    {
        var location = Initialize(gateway.NewLocation(RadosGateway.GuardedBucket));
        Write("a", 1, 1000);
        var writer = new StoreOptions { S3 = new S3Options { AccessKeyId = RadosGateway.WriterKey, SecretKey = RadosGateway.SecretKey } };

        Save(location, writer);

        using var store = S3ObjectStore.Open(S3Location.Parse(location), writer.S3);
        var error = await Assert.ThrowsAsync<StorageException>(async () => await store.DeleteAsync("rekkord", default));
        Assert.Equal("StoreAccessDenied", error.ErrorId);
        Assert.Contains("s3:DeleteObject", error.Message, StringComparison.Ordinal);
        using var client = gateway.OpenClient(RadosGateway.WriterKey);
        using var owner = gateway.OpenClient();
        var versions = await owner.ListVersionsAsync(RadosGateway.GuardedBucket, S3Location.Parse(location).KeyOf("rekkord"));
        await Assert.ThrowsAsync<Amazon.S3.AmazonS3Exception>(() => client.DeleteObjectAsync(RadosGateway.GuardedBucket, versions.Versions[0].Key, versions.Versions[0].VersionId));
        AssertRestored(location);
    }

    [RequiresRadosGatewayFact]
    public void With_those_rights_a_WriteOnly_keyfile_is_enough_to_save()
    {
        var location = Initialize(gateway.NewLocation(RadosGateway.GuardedBucket));
        WriteOnlyKey();
        var writer = new StoreOptions { S3 = new S3Options { AccessKeyId = RadosGateway.WriterKey, SecretKey = RadosGateway.SecretKey } };
        Write("a", 1, 1000);
        var first = Save(location, writer, "writer.key");
        Write("b", 2, 2000);

        var second = Save(location, writer, "writer.key");

        Assert.False(first.IsPartial || second.IsPartial);
        Assert.Equal(1, second.NewDataPacks);
        Assert.Empty(Scan(location).Problems);
        AssertRestored(location);
    }

    [RequiresRadosGatewayFact]
    public void Errors_say_what_to_do_and_hold_no_secret()
    {
        const string secret = "not-the-secret-0123";
        var location = gateway.NewLocation();
        (string ErrorId, S3Options Options, string Location)[] cases =
        [
            ("StoreCredentialsRefused", new S3Options { AccessKeyId = RadosGateway.AccessKey, SecretKey = secret }, location),
            ("StoreCredentialsRefused", new S3Options { AccessKeyId = "nobody", SecretKey = secret }, location),
            ("BucketNotFound", RadosGateway.Options, gateway.NewLocation("no-such-bucket")),
            ("StoreAccessDenied", new S3Options { AccessKeyId = RadosGateway.WriterKey, SecretKey = RadosGateway.SecretKey }, location),
            ("StoreCredentialsIncomplete", new S3Options { SecretKey = secret }, location),
            ("StorageClassUnreadable", new S3Options { StorageClass = "GLACIER" }, location),
            ("LockModeInvalid", new S3Options { LockMode = "ON" }, location),
            ("NotARepository", RadosGateway.Options, location),
        ];
        Initialize();
        Assert.All(cases, expected =>
        {
            var error = Fail(() => Open(expected.Location, new StoreOptions { S3 = expected.Options }).Dispose());
            Assert.Equal(expected.ErrorId, error.ErrorId);
            Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
        });
    }

    [RequiresRadosGatewayFact]
    public void A_server_that_nobody_listens_at_is_told_at_once()
    {
        var location = string.Create(CultureInfo.InvariantCulture, $"s3:http://127.0.0.1:{RadosGateway.FreePort()}/bucket");
        var error = Assert.IsType<StorageException>(Fail(() => Initialize(location)));
        Assert.False(error.IsTransient);
        Assert.Contains("Check the host and the port", error.Message, StringComparison.Ordinal);
        Assert.Empty(_notes);
    }

    [RequiresRadosGatewayFact]
    public void A_clock_that_is_wrong_is_named()
    {
        var location = Initialize();
        AWSConfigs.ManualClockCorrection = TimeSpan.FromHours(1);
        try
        {
            Assert.Equal("StoreClockSkewed", Fail(() => Open(location).Dispose()).ErrorId);
        }
        finally
        {
            AWSConfigs.ManualClockCorrection = null;
        }
    }

    [RequiresRadosGatewayFact]
    public void A_full_quota_is_named()
    {
        var options = new StoreOptions { S3 = new S3Options { AccessKeyId = RadosGateway.SmallKey, SecretKey = RadosGateway.SecretKey } };
        var location = Initialize(gateway.NewLocation("small"), options);
        Write("a", 1, 1000);

        Assert.Equal("RepositoryFull", Fail(() => Save(location, options)).ErrorId);
    }

    public void EntryFailed(RekkordException error) => Assert.Fail(error.Message);

    public void Warn(string message) => Assert.Fail(message);

    public void Detail(string message) => _notes.Add(message);

    private static RekkordException Fail(Action command) => Assert.ThrowsAny<RekkordException>(command);

    private string Initialize(string? at = null, StoreOptions? options = null)
    {
        var location = at ?? gateway.NewLocation();
        RepositoryCreation.Run(location, _directory["master.key"], overwriteKeyFile: false, options: Complete(options)).Dispose();
        return location;
    }

    private RepositoryAccess Open(string location, StoreOptions? options = null, string key = "master.key") =>
        RepositoryAccess.Open(location, KeyFile.Read(_directory[key]), options: Complete(options));

    private StoreOptions Complete(StoreOptions? options) => (options ?? new StoreOptions { S3 = RadosGateway.Options }) with { Retries = Quick, Note = Note };

    private void Note(string message)
    {
        lock (_notes)
            _notes.Add(message);
    }

    /// <summary>How many requests were said to be made again since this was asked.</summary>
    private int Retries()
    {
        var retries = _notes.Count(note => note.Contains("Trying again in", StringComparison.Ordinal));
        _notes.Clear();
        return retries;
    }

    private SaveResult Save(string location, StoreOptions? options = null, string key = "master.key")
    {
        using var repository = Open(location, options, key);
        return new SaveOperation(repository, new SaveRequest { Channel = "test", Paths = [FileName.FromText(_directory["source"])], CacheDirectory = _directory["cache"] }, this).Run(default);
    }

    /// <summary>Makes a keyfile that can only save, writer.key, and says its ID.</summary>
    private byte[] WriteOnlyKey()
    {
        using var master = KeyFile.Read(_directory["master.key"]);
        using var keys = master.Derive(KeyRole.WriteOnly);
        KeyFile.Write(_directory["writer.key"], keys);
        return keys.KeyId;
    }

    private static StoreOptions Retaining(int days) => new() { S3 = RadosGateway.Options, RetainDuration = TimeSpan.FromDays(days) };

    private async Task AssertKeptAsync(string location, IEnumerable<string> names, int days)
    {
        foreach (var name in names)
        {
            var left = (await gateway.ReadRetentionAsync(location, name)).RetainUntilDate!.Value.ToUniversalTime() - DateTime.UtcNow;
            Assert.True(left.TotalDays > days - 0.1 && left.TotalDays <= days, $"'{name}' is kept for {left}.");
        }
    }

    private ScanResult Scan(string location, bool repair = false, StoreOptions? options = null)
    {
        using var repository = Open(location, options);
        return new ScanOperation(repository, new ScanRequest { Full = true, Repair = repair, CacheDirectory = _directory["cache"] }, _ => { }).Run(default);
    }

    private void AssertRestored(string location)
    {
        var destination = _directory[$"restored-{Guid.NewGuid():n}"];
        using (var repository = Open(location))
            new RestoreOperation(repository, new RestoreRequest { Snapshot = "test", Path = _directory["source"], Destination = destination }, this).Run(default);
        var files = Directory.GetFiles(_directory["source"]);
        Assert.Equal(files.Length, Directory.GetFiles(destination).Length);
        Assert.All(files, file => Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(destination, Path.GetFileName(file)))), $"'{file}' came out otherwise."));
    }

    private static async Task DamageAsync(S3ObjectStore store)
    {
        var pack = store.List("packs/", default).MaxBy(found => found.Size)!;
        var bytes = await store.ReadAsync(pack.Name, int.MaxValue, default);
        bytes[1000] ^= 1;
        await store.PutAsync(pack.Name, ObjectContent.From(bytes), PutMode.Replace, default);
    }

    /// <summary>A location as it is reached through a proxy.</summary>
    private string Behind(MisbehavingProxy proxy, string location) => location.Replace(
        string.Create(CultureInfo.InvariantCulture, $":{gateway.Port}/"), string.Create(CultureInfo.InvariantCulture, $":{proxy.Port}/"), StringComparison.Ordinal);

    private static int PacksOf(string location)
    {
        using var store = S3ObjectStore.Open(S3Location.Parse(location), RadosGateway.Options);
        return store.List("packs/", default).Count;
    }

    private void Write(string name, int seed, int length)
    {
        Directory.CreateDirectory(_directory["source"]);
        File.WriteAllBytes(Path.Combine(_directory["source"], name), TestRepository.RandomBytes(seed, length));
    }

    private sealed class FailureList : List<RekkordException>, IRestoreObserver
    {
        public void EntryFailed(RekkordException error) => Add(error);

        public void Warn(string message) => Assert.Fail(message);

        public void Detail(string message)
        {
            // Not looked at.
        }
    }
}

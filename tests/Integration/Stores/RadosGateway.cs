using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.S3;
using Amazon.S3.Model;
using Rekkord.Engine.Storage.S3;
using Xunit.Sdk;
using S3Location = Rekkord.Engine.Storage.S3.S3Location;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>
/// Ceph's S3 server on the loopback interface, with one monitor and one store that keeps everything in memory. It starts in some seconds and is shared by all tests that
/// use it. Nothing is started where a program is missing.
/// </summary>
public sealed class RadosGateway : IAsyncLifetime
{
    /// <summary>The keys of the user that owns the buckets.</summary>
    public const string AccessKey = "testkey", SecretKey = "testsecret";

    /// <summary>The keys of a user that has only the rights that a bucket's policy gives, and of one that may store few objects.</summary>
    public const string WriterKey = "writerkey", SmallKey = "smallkey";

    /// <summary>The bucket, one that keeps versions and lets the writer only save, one that lets it not list versions, and one with object lock.</summary>
    public const string Bucket = "rekkord", GuardedBucket = "guarded", ListedBucket = "listed", LockedBucket = "locked";

    /// <summary>What it is made of.</summary>
    public const string Programs = "ceph-mon ceph-osd radosgw radosgw-admin ceph ceph-authtool monmaptool";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Process> _processes = [];
    private int _prefixes;

    /// <summary>Why it cannot run; null where it can.</summary>
    public static string? SkipReason { get; } = new RequiresProgramFactAttribute(Programs.Split(' ')).Skip;

    public int Port { get; } = FreePort();

    /// <summary>The options of the owner.</summary>
    public static S3Options Options { get; } = new() { AccessKeyId = AccessKey, SecretKey = SecretKey };

    /// <summary>A place that nothing is at.</summary>
    /// <param name="bucket">In which bucket.</param>
    /// <param name="port">A proxy's port; null for the server's own.</param>
    public string NewLocation(string bucket = Bucket, int? port = null) =>
        string.Create(CultureInfo.InvariantCulture, $"s3:http://127.0.0.1:{port ?? Port}/{bucket}/test/{Interlocked.Increment(ref _prefixes)}");

    public async Task InitializeAsync()
    {
        if (SkipReason is not null)
            return;
        StartStore();
        StartGateway();
        TestProgram.Run("radosgw-admin", "-c", _directory["ceph.conf"], "user", "create", "--uid=owner", "--display-name=owner", $"--access-key={AccessKey}", $"--secret-key={SecretKey}");
        TestProgram.Run("radosgw-admin", "-c", _directory["ceph.conf"], "user", "create", "--uid=writer", "--display-name=writer", $"--access-key={WriterKey}", $"--secret-key={SecretKey}");
        TestProgram.Run("radosgw-admin", "-c", _directory["ceph.conf"], "user", "create", "--uid=small", "--display-name=small", $"--access-key={SmallKey}", $"--secret-key={SecretKey}");
        TestProgram.Run("radosgw-admin", "-c", _directory["ceph.conf"], "quota", "set", "--quota-scope=user", "--uid=small", "--max-objects=3");
        TestProgram.Run("radosgw-admin", "-c", _directory["ceph.conf"], "quota", "enable", "--quota-scope=user", "--uid=small");
        await MakeBucketsAsync();
    }

    public Task DisposeAsync()
    {
        for (var i = _processes.Count - 1; i >= 0; i--)
        {
            _processes[i].Kill();
            _processes[i].WaitForExit();
            _processes[i].Dispose();
        }

        _directory.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A client of the SDK for what only the owner of buckets does.</summary>
    public AmazonS3Client OpenClient(string key = AccessKey) =>
        new(key, SecretKey, new AmazonS3Config { ServiceURL = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

    /// <summary>Ends the server in the midst of what it does, and starts it again.</summary>
    public void Restart()
    {
        EndGateway();
        StartGateway();
    }

    /// <summary>How long an object is kept, and in which mode.</summary>
    public async Task<ObjectLockRetention> ReadRetentionAsync(string location, string name)
    {
        using var client = OpenClient();
        var place = S3Location.Parse(location);
        return (await client.GetObjectRetentionAsync(new GetObjectRetentionRequest { BucketName = place.Bucket, Key = place.KeyOf(name) })).Retention;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task MakeBucketsAsync()
    {
        using var client = OpenClient();
        await client.PutBucketAsync(Bucket);
        await client.PutBucketAsync(GuardedBucket);
        await client.PutBucketVersioningAsync(new PutBucketVersioningRequest { BucketName = GuardedBucket, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled } });

        // The rights that docs/stores.md gives a server that only saves.
        await client.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = GuardedBucket, Policy = PolicyOfDocument(GuardedBucket) });
        await client.PutBucketAsync(ListedBucket);
        await client.PutBucketPolicyAsync(new PutBucketPolicyRequest
        {
            BucketName = ListedBucket,
            Policy = PolicyOfDocument(ListedBucket).Replace(", \"s3:ListBucketVersions\"", "", StringComparison.Ordinal),
        });
        await client.PutBucketAsync(new PutBucketRequest { BucketName = LockedBucket, ObjectLockEnabledForBucket = true });
        using var small = OpenClient(SmallKey);
        await small.PutBucketAsync("small");
    }

    /// <summary>The policy of the document, with the bucket and the user of these tests.</summary>
    private static string PolicyOfDocument(string bucket)
    {
        var document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "stores.md"));
        var start = document.IndexOf("```json\n", StringComparison.Ordinal) + 8;
        return document[start..document.IndexOf("```", start, StringComparison.Ordinal)]
            .Replace("BUCKET", bucket, StringComparison.Ordinal)
            .Replace("\"Effect\": \"Allow\"", "\"Effect\": \"Allow\", \"Principal\": { \"AWS\": [\"arn:aws:iam:::user/writer\", \"arn:aws:iam:::user/owner\"] }", StringComparison.Ordinal);
    }

    private void StartStore()
    {
        var monitor = FreePort();
        foreach (var folder in new[] { "mon", "osd", "run" })
            Directory.CreateDirectory(_directory[folder]);
        File.WriteAllText(_directory["ceph.conf"], Configuration(monitor));
        var id = Guid.NewGuid().ToString();
        TestProgram.Run("ceph-authtool", "--create-keyring", _directory["keyring"], "--gen-key", "-n", "mon.", "--cap", "mon", "allow *");
        TestProgram.Run("ceph-authtool", _directory["keyring"], "--gen-key", "-n", "client.admin", "--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *");
        TestProgram.Run("ceph-authtool", _directory["keyring"], "--gen-key", "-n", "client.rgw", "--cap", "mon", "allow *", "--cap", "osd", "allow *");
        TestProgram.Run("monmaptool", "--create", "--addv", "a", $"[v1:127.0.0.1:{monitor.ToString(CultureInfo.InvariantCulture)}]", "--fsid", Fsid, _directory["monmap"]);
        TestProgram.Run("ceph-mon", "-c", _directory["ceph.conf"], "--mkfs", "-i", "a", "--monmap", _directory["monmap"], "--keyring", _directory["keyring"]);
        Start("ceph-mon", "-f", "-i", "a");
        var number = Ask("osd", "new", id).Trim();
        TestProgram.Run("ceph-osd", "-c", _directory["ceph.conf"], "-i", number, "--mkfs", "--osd-uuid", id);
        Ask("osd", "crush", "add", number, "1.0", "root=default");
        Start("ceph-osd", "-f", "-i", number);
    }

    /// <summary>Asks the monitor. One that has just started may refuse everything for a moment.</summary>
    private string Ask(params string[] request)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return TestProgram.Run("ceph", ["-c", _directory["ceph.conf"], .. request]);
            }
            catch (Xunit.Sdk.XunitException) when (tries < 50 && !_processes[0].WaitForExit(100))
            {
                // It is not ready yet.
            }
        }
    }

    /// <summary>On a machine with much other work, one that has just been started may wait for its store for good. The next one does not.</summary>
    private void StartGateway()
    {
        for (var starts = 1; ; starts++)
        {
            Start("radosgw", "-f", "-n", "client.rgw");
            if (Listens())
                return;
            EndGateway();
            if (starts == 3)
                Assert.Fail($"radosgw did not come up. The end of its log: {string.Join('\n', File.ReadLines(_directory["run/client.rgw.log"]).TakeLast(20))}");
        }
    }

    private bool Listens()
    {
        for (var tries = 0; tries < 600; tries++)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                return true;
            }
            catch (SocketException)
            {
                if (_processes[^1].WaitForExit(100))
                    return false;
            }
        }

        return false;
    }

    private void EndGateway()
    {
        _processes[^1].Kill();
        _processes[^1].WaitForExit();
        _processes[^1].Dispose();
        _processes.RemoveAt(_processes.Count - 1);
    }

    private void Start(string program, params string[] arguments) =>
        _processes.Add(Process.Start(new ProcessStartInfo(program, ["-c", _directory["ceph.conf"], .. arguments]) { RedirectStandardOutput = false })!);

    private static string Fsid { get; } = Guid.NewGuid().ToString();

    private string Configuration(int monitor) => string.Create(CultureInfo.InvariantCulture, $"""
        [global]
        fsid = {Fsid}
        mon host = v1:127.0.0.1:{monitor}
        mon initial members = a
        public network = 127.0.0.0/8
        auth cluster required = none
        auth service required = none
        auth client required = none
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 1
        osd pool default pgp num = 1
        osd pool default pg autoscale mode = off
        mon allow pool size one = true
        osd crush chooseleaf type = 0
        osd objectstore = memstore
        # It would try again and again to set a class that this store has not.
        osd class update on start = false
        memstore device bytes = 2147483648
        run dir = {_directory["run"]}
        admin socket = {_directory["run"]}/$name.asok
        log file = {_directory["run"]}/$name.log
        log to stderr = false
        err to stderr = false
        ms bind msgr2 = false
        mon data = {_directory["mon"]}
        osd data = {_directory["osd"]}
        mon data avail warn = 1
        mon data avail crit = 0
        keyring = {_directory["keyring"]}
        rgw enable usage log = false
        rgw enable ops log = false
        rgw enable gc threads = false
        rgw enable lc threads = false
        rgw enable quota threads = false
        rgw run sync thread = false
        rgw thread pool size = 32
        [client.rgw]
        # Without the last word each small answer takes 40 ms.
        rgw frontends = beast endpoint=127.0.0.1:{Port} tcp_nodelay=1

        """);
}

/// <summary>The tests that use the server. They run one after another; those of other servers run beside them.</summary>
[CollectionDefinition(nameof(RadosGateway))]
public sealed class RadosGatewayCollection : ICollectionFixture<RadosGateway>;

/// <summary>A test that needs Ceph's server. Where a program of it is missing, it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresRadosGatewayFactAttribute : FactAttribute, ITraitAttribute
{
    public RequiresRadosGatewayFactAttribute() => Skip = RadosGateway.SkipReason;
}

/// <inheritdoc cref="RequiresRadosGatewayFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresRadosGatewayTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public RequiresRadosGatewayTheoryAttribute() => Skip = RadosGateway.SkipReason;
}

using System.Runtime.Versioning;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Retrying;
using Rekkord.Engine.Storage.Sftp;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>A repository on OpenSSH's server, from its making to its repair.</summary>
[SupportedOSPlatform("linux")]
public sealed class SftpRepositoryTests : IDisposable
{
    private readonly Lazy<SshServer> _server = new(() => new SshServer());
    private readonly TestRepository _local = new();

    private Func<IObjectStore, IObjectStore> _beneath = static store => store;

    private SshServer Server => _server.Value;

    public void Dispose()
    {
        _local.Dispose();
        if (_server.IsValueCreated)
            _server.Value.Dispose();
    }

    [RequiresProgramFact("sshd")]
    public void What_was_saved_is_listed_scanned_repaired_and_restored()
    {
        var path = MakeRepository();
        _local.Write("small/one.txt", "one"u8);
        _local.Write("large.bin", TestRepository.RandomBytes(1, 5_000_000));

        Assert.False(_local.Save().IsPartial);
        Assert.Empty(_local.Scan(new ScanRequest { Full = true }).Problems);

        var pack = Directory.GetFiles(Path.Combine(path, "packs"), "*", SearchOption.AllDirectories).MaxBy(file => new FileInfo(file).Length)!;
        Damage(pack);
        Assert.NotEmpty(_local.Scan(new ScanRequest { Full = true }).Problems);
        _local.Scan(new ScanRequest { Full = true, Repair = true });
        Assert.False(File.Exists(pack));

        Assert.False(_local.Save(new SaveRequest { Channel = "test", Paths = [Engine.FileSystem.FileName.FromText(_local.Source)], CacheDirectory = _local.CacheDirectory, IgnoreCache = true }).IsPartial);
        Assert.Empty(_local.Scan(new ScanRequest { Full = true }).Problems);
        Assert.Empty(_local.RestoreAndCompare("test", _local.Source));
    }

    [RequiresProgramFact("sshd")]
    public void A_save_whose_server_dies_again_and_again_comes_to_its_end()
    {
        MakeRepository();
        for (var i = 0; i < 12; i++)
            _local.Write($"file{i}", TestRepository.RandomBytes(i, 4_000_000));
        var packs = 0;
        _beneath = store => new WatchedStore(store, name =>
        {
            if (name.StartsWith("packs/", StringComparison.Ordinal) && Interlocked.Increment(ref packs) is 2 or 4)
                Server.SignalSessions("-KILL");
        });

        Assert.False(_local.Save().IsPartial);

        Assert.True(packs >= 4, $"{packs} packs were put.");
        Assert.Empty(_local.Scan(new ScanRequest { Full = true }).Problems);
        Assert.Empty(_local.RestoreAndCompare("test", _local.Source));
    }

    [RequiresProgramFact("sshd")]
    public void A_revoked_keyfile_saves_no_more()
    {
        MakeRepository();
        _local.Write("file", "content"u8);
        var (keyFile, id) = _local.Derive(KeyRole.WriteOnly, "write.key");
        Assert.False(_local.Save(Request(), keyFile).IsPartial);

        using (var master = _local.Open())
            new KeyRevocation(master, _ => { }).Run(id, false, "lost", default);

        Assert.Equal("KeyRevoked", Assert.Throws<Engine.Errors.RekkordException>(() => _local.Save(Request(), keyFile)).ErrorId);
    }

    private SaveRequest Request() => new() { Channel = "test", Paths = [Engine.FileSystem.FileName.FromText(_local.Source)], CacheDirectory = _local.CacheDirectory };

    private static void Damage(string file)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private string MakeRepository()
    {
        var path = Server.NewPath();
        IObjectStore Open(bool create) => new RetryingStore(
            _beneath(BlockingCalls.Wait(create
                ? SftpObjectStore.CreateOrOpenAsync(Server.At(path), Server.Options, default)
                : SftpObjectStore.OpenAsync(Server.At(path), Server.Options, default))),
            new RetryPolicy { FirstPause = TimeSpan.FromMilliseconds(1) },
            static _ => { });
        RepositoryAccess.Initialize(Open(create: true), KeyFile.Read(_local.KeyFilePath)).Dispose();
        _local.OpenStore = _ => Open(create: false);
        return path;
    }

    /// <summary>Tells of each object while it is on its way.</summary>
    private sealed class WatchedStore(IObjectStore store, Action<string> putting) : ObjectStoreDecorator(store)
    {
        public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            var put = base.PutAsync(name, content, mode, cancellation);
            putting(name);
            return await put;
        }
    }
}

using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>
/// A repository with three saves that share nothing, "documents" and "pictures", and "letters" by a keyfile that was revoked since. A
/// test damages it as it likes, and it is whole again for the next one.
/// </summary>
public class DamageFixture : IDisposable
{
    public const string Victim = "documents";
    public const string Bystander = "pictures";
    public const string Revoked = "letters";

    private readonly TestRepository _repository = new();
    private readonly Dictionary<string, byte[]> _pristine;
    private readonly string[] _victimObjects;
    private readonly string _revokedKeyFile;
    private readonly byte[] _revokedKeyId;

    public DamageFixture()
        : this(files: 30, fileSize: 4000, largeSize: 250_000)
    {
    }

    private protected DamageFixture(int files, int fileSize, int largeSize)
    {
        // Small segments and chunks, so that little data has many; packs of which one is enough for a save.
        _repository.UseSmallPacks(packSize: 32 * 1024 * 1024);
        for (var i = 0; i < files; i++)
            _repository.Write($"{Victim}/folder{i % 3}/file{i}", TestRepository.RandomBytes(i, fileSize + i));
        _repository.Write($"{Victim}/large", TestRepository.RandomBytes(99, largeSize));
        for (var i = 0; i < files / 3; i++)
            _repository.Write($"{Bystander}/folder/file{i}", TestRepository.RandomBytes(1000 + i, fileSize + i));
        _repository.Write($"{Revoked}/letter", TestRepository.RandomBytes(2000, 500));
        VictimId = SaveChannel(Victim);
        _victimObjects = _repository.Objects("");
        BystanderId = SaveChannel(Bystander);
        (_revokedKeyFile, _revokedKeyId) = _repository.Derive(KeyRole.ReadWrite, "revoked.key");
        RevokedId = SaveRevoked();
        Revoke(_revokedKeyId);
        Revoke(_repository.Derive(KeyRole.WriteOnly, "unused.key").Id);
        _pristine = _repository.Objects("").ToDictionary(path => path, File.ReadAllBytes);
    }

    public string VictimId { get; }

    public string BystanderId { get; }

    public string RevokedId { get; }

    internal TestRepository Repository => _repository;

    private string Descriptor => Path.Combine(_repository.Location, "rekkord");

    private string Revocation => Path.Combine(_repository.Location, ObjectName.ForRevocation(_revokedKeyId));

    /// <summary>The path of the victim's object of a type.</summary>
    public string Find(StoredType type) => type switch
    {
        StoredType.Descriptor => Descriptor,
        StoredType.Revocation => Revocation,
        _ => Find(type, _victimObjects),
    };

    /// <summary>Another valid object of the type.</summary>
    public byte[] FindOther(StoredType type) => _pristine[Find(type, [.. _pristine.Keys.Except(_victimObjects).Except([Revocation])])];

    /// <summary>An object's name in the repository.</summary>
    public string NameOf(string path) => Path.GetRelativePath(_repository.Location, path).Replace('\\', '/');

    public string SaveChannel(string channel) => SaveChannel(channel, _repository.KeyFilePath);

    /// <summary>Saves with the keyfile that was revoked.</summary>
    public string SaveRevoked() => SaveChannel(Revoked, _revokedKeyFile);

    /// <summary>Revokes that keyfile again.</summary>
    public void RevokeAgain() => Revoke(_revokedKeyId);

    /// <summary>Lists the snapshots whose signatures count, and what could not be read.</summary>
    public (HashSet<string> Trusted, HashSet<string> Revoked, string[] Damaged) List()
    {
        var damaged = new List<RekkordException>();
        using var repository = _repository.Open();
        var all = new SnapshotStore(repository).List(damaged.Add, CancellationToken.None).ToLookup(snapshot => snapshot.SignerStatus, snapshot => snapshot.Id.ToString());
        return ([.. all[SignerStatus.Trusted]], [.. all[SignerStatus.Revoked]], [.. damaged.Select(error => error.Target!)]);
    }

    public string PathOf(string channel) => Path.Combine(_repository.Source, channel);

    public ScanResult Scan(bool full, bool repair = false) => _repository.Scan(new ScanRequest { Full = full, Repair = repair });

    /// <summary>Restores a channel and checks that nothing that was restored is wrong.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="snapshot">The snapshot's ID; null for the channel's newest.</param>
    /// <returns>Files that are missing, as paths below the channel.</returns>
    public IReadOnlyList<string> RestoreAndCompare(string channel, string? snapshot = null) => _repository.RestoreAndCompare(snapshot ?? channel, PathOf(channel));

    /// <summary>The files of the victim that could not be restored are those that the scan told, or lie in directories that it told.</summary>
    public void AssertTold(IReadOnlyList<string> missing, RepositoryProblem problem)
    {
        var prefix = $"{VictimId}:{PathOf(Victim)}";
        Assert.Equal(problem.PathCount, problem.Paths.Count);
        Assert.All(problem.Paths, path => Assert.StartsWith(prefix, path, StringComparison.Ordinal));
        var told = problem.Paths.Select(path => path[prefix.Length..]).ToArray();
        Assert.Equal(told.Length, told.Distinct().Count());
        Assert.All(missing, file => Assert.Contains(told, path => $"/{file}" == path || $"/{file}".StartsWith($"{path}/", StringComparison.Ordinal)));
        Assert.All(told, path => Assert.Contains(missing, file => $"/{file}" == path || $"/{file}".StartsWith($"{path}/", StringComparison.Ordinal)));
    }

    /// <summary>Makes the repository what it was before any damage; what the machine remembers of it locally is forgotten.</summary>
    public void Reset()
    {
        foreach (var directory in new[] { _repository.Location, _repository.CacheDirectory, _repository.Destination }.Where(Directory.Exists))
            Directory.Delete(directory, recursive: true);
        foreach (var (path, bytes) in _pristine)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    public void Dispose()
    {
        _repository.Dispose();
        GC.SuppressFinalize(this);
    }

    private string SaveChannel(string channel, string keyFile)
    {
        // One thread, so that the same content lies in the same place of a pack each time.
        var request = new SaveRequest { Channel = channel, Paths = [FileName.FromText(PathOf(channel))], CacheDirectory = _repository.CacheDirectory, Threads = 1 };
        var result = _repository.Save(request, keyFile);
        Assert.False(result.IsPartial);
        return result.Snapshot.Id.ToString();
    }

    private void Revoke(byte[] keyId)
    {
        using var repository = _repository.Open();
        new KeyRevocation(repository, _repository.Warn).Run(keyId, distrustExisting: false, "", CancellationToken.None);
    }

    private string Find(StoredType type, string[] paths)
    {
        // Data is random and does not compress, so a data pack is the larger of the two.
        var folder = type switch
        {
            StoredType.Index => "index/",
            StoredType.Tag => "tags/",
            StoredType.Snapshot => "snapshots/",
            StoredType.Revocation => "revoked/",
            _ => "packs/",
        };
        var found = paths.Where(path => NameOf(path).StartsWith(folder, StringComparison.Ordinal)).OrderBy(path => new FileInfo(path).Length).ToArray();
        return type == StoredType.DataPack ? found[^1] : found[0];
    }
}

using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>
/// A repository with two saves that share nothing, "documents" and "pictures", which a test damages as it likes and which is
/// whole again for the next one.
/// </summary>
public sealed class DamageFixture : IDisposable
{
    public const string Victim = "documents";
    public const string Bystander = "pictures";

    private readonly TestRepository _repository = new();
    private readonly Dictionary<string, byte[]> _pristine;
    private readonly string[] _victimObjects;

    public DamageFixture()
    {
        for (var i = 0; i < 30; i++)
            _repository.Write($"{Victim}/folder{i % 3}/file{i}", TestRepository.RandomBytes(i, 40_000 + i));
        _repository.Write($"{Victim}/large", TestRepository.RandomBytes(99, 2_500_000));
        for (var i = 0; i < 10; i++)
            _repository.Write($"{Bystander}/folder/file{i}", TestRepository.RandomBytes(1000 + i, 40_000 + i));
        VictimId = SaveChannel(Victim);
        _victimObjects = _repository.Objects("");
        BystanderId = SaveChannel(Bystander);
        _pristine = _repository.Objects("").ToDictionary(path => path, File.ReadAllBytes);
    }

    public string VictimId { get; }

    public string BystanderId { get; }

    internal TestRepository Repository => _repository;

    private string Descriptor => Path.Combine(_repository.Location, "rekkord");

    /// <summary>The path of the victim's object of a type.</summary>
    public string Find(StoredType type) => type == StoredType.Descriptor ? Descriptor : Find(type, _victimObjects);

    /// <summary>Another valid object of the type.</summary>
    public byte[] FindOther(StoredType type) => _pristine[Find(type, [.. _pristine.Keys.Except(_victimObjects)])];

    /// <summary>An object's name in the repository.</summary>
    public string NameOf(string path) => Path.GetRelativePath(_repository.Location, path).Replace('\\', '/');

    public string SaveChannel(string channel)
    {
        var result = _repository.Save(new SaveRequest
        {
            Channel = channel,
            Paths = [FileName.FromText(PathOf(channel))],
            CacheDirectory = _repository.CacheDirectory,
        });
        Assert.False(result.IsPartial);
        return result.Snapshot.Id.ToString();
    }

    public string PathOf(string channel) => Path.Combine(_repository.Source, channel);

    public ScanResult Scan(bool full, bool repair = false) => _repository.Scan(new ScanRequest { Full = full, Repair = repair });

    /// <summary>Restores a channel and checks that nothing that was restored is wrong.</summary>
    /// <returns>Files that are missing, as paths below the channel.</returns>
    public IReadOnlyList<string> RestoreAndCompare(string channel)
    {
        if (Directory.Exists(_repository.Destination))
            Directory.Delete(_repository.Destination, recursive: true);
        var result = _repository.Restore(new RestoreRequest { Snapshot = channel, Path = PathOf(channel), Destination = _repository.Destination });
        var source = Content(PathOf(channel));
        var restored = Content(_repository.Destination);
        foreach (var (name, bytes) in restored)
            Assert.True(source.TryGetValue(name, out var saved) && bytes.AsSpan().SequenceEqual(saved), $"'{name}' was restored wrong.");
        var missing = source.Keys.Except(restored.Keys).ToArray();
        Assert.Equal(missing.Length > 0, result.ErrorCount > 0);
        return missing;
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

    public void Dispose() => _repository.Dispose();

    private static Dictionary<string, byte[]> Content(string root) => Directory.GetFiles(root, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(root, path), File.ReadAllBytes);

    private static string Find(StoredType type, string[] paths)
    {
        // Data is random and does not compress, so a data pack is the larger of the two.
        var folder = type switch
        {
            StoredType.Index => "/index/",
            StoredType.Tag => "/tags/",
            StoredType.Snapshot => "/snapshots/",
            _ => "/packs/",
        };
        var found = paths.Where(path => path.Contains(folder, StringComparison.Ordinal)).OrderBy(path => new FileInfo(path).Length).ToArray();
        return type == StoredType.DataPack ? found[^1] : found[0];
    }
}

using System.Collections.Concurrent;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests;

/// <summary>A repository in a directory of its own, with a source and a destination beside it, used as a user would.</summary>
internal sealed class TestRepository : ISaveObserver, IRestoreObserver, IDisposable
{
    private readonly string _base;

    /// <summary>Makes the repository.</summary>
    /// <param name="parent">The directory to make its own in; null for one that other users may be unable to reach.</param>
    public TestRepository(string? parent = null)
    {
        _base = parent is null ? TestDirectory.Create() : Directory.CreateDirectory(Path.Combine(parent, Guid.NewGuid().ToString("n"))).FullName;
        Directory.CreateDirectory(Source);
        KeyFilePath = Path.Combine(_base, "master.key");
        using var keys = KeyMaterial.CreateMaster();
        KeyFile.Write(KeyFilePath, keys);
        using var repository = RepositoryAccess.Initialize(DirectoryObjectStore.CreateOrOpen(Location), KeyFile.Read(KeyFilePath));
    }

    public string KeyFilePath { get; }

    public string Location => Path.Combine(_base, "repository");

    public string Source => Path.Combine(_base, "source");

    public string Destination => Path.Combine(_base, "destination");

    public string CacheDirectory => Path.Combine(_base, "cache");

    public ConcurrentQueue<RekkordException> Failed { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public ConcurrentQueue<string> Details { get; } = new();

    /// <summary>Opens the store at a location; a test puts here what comes between the engine and the disk.</summary>
    public Func<string, IObjectStore> OpenStore { get; set; } = DirectoryObjectStore.Open;

    public RepositoryAccess Open(string? keyFile = null) => RepositoryAccess.Open(OpenStore(Location), KeyFile.Read(keyFile ?? KeyFilePath));

    /// <summary>Makes a keyfile of a role beside the master keyfile.</summary>
    public (string Path, byte[] Id) Derive(KeyRole role, string name)
    {
        var path = Path.Combine(_base, name);
        using var master = KeyFile.Read(KeyFilePath);
        using var keys = master.Derive(role);
        KeyFile.Write(path, keys);
        return (path, keys.KeyId);
    }

    public SaveResult Save(params string[] paths) => Save(new SaveRequest
    {
        Channel = "test",
        Paths = [.. (paths.Length > 0 ? paths : [Source]).Select(FileName.FromText)],
        CacheDirectory = CacheDirectory,
    });

    public SaveResult Save(SaveRequest request, CancellationToken cancellation = default) => Save(request, KeyFilePath, cancellation);

    public SaveResult Save(SaveRequest request, string keyFile, CancellationToken cancellation = default)
    {
        using var repository = Open(keyFile);
        return new SaveOperation(repository, request, this).Run(cancellation);
    }

    /// <summary>Restores the source directory's content into <see cref="Destination"/>.</summary>
    public RestoreResult RestoreSource(string snapshot = "test") => Restore(new RestoreRequest { Snapshot = snapshot, Path = Source, Destination = Destination });

    /// <summary>Restores a directory of the source, and checks that no file of it came out wrong, and that what is missing was reported.</summary>
    /// <returns>Files that are missing, as paths below the directory.</returns>
    public IReadOnlyList<string> RestoreAndCompare(string snapshot, string directory)
    {
        if (Directory.Exists(Destination))
            Directory.Delete(Destination, recursive: true);
        var result = Restore(new RestoreRequest { Snapshot = snapshot, Path = directory, Destination = Destination });
        var source = Content(directory);
        var restored = Content(Destination);
        foreach (var (name, bytes) in restored)
            Assert.True(source.TryGetValue(name, out var saved) && bytes.AsSpan().SequenceEqual(saved), $"'{name}' was restored wrong.");
        var missing = source.Keys.Except(restored.Keys).ToArray();
        Assert.Equal(missing.Length > 0, result.ErrorCount > 0);
        return missing;
    }

    public RestoreResult Restore(RestoreRequest request, CancellationToken cancellation = default)
    {
        using var repository = Open();
        return new RestoreOperation(repository, request, this).Run(cancellation);
    }

    public ScanResult Scan(ScanRequest? request = null, CancellationToken cancellation = default)
    {
        using var repository = Open();
        return new ScanOperation(repository, (request ?? new ScanRequest()) with { CacheDirectory = CacheDirectory }, Warnings.Enqueue).Run(cancellation);
    }

    /// <summary>The paths of stored objects below a folder of the repository.</summary>
    public string[] Objects(string folder) => Directory.Exists(Path.Combine(Location, folder))
        ? Directory.GetFiles(Path.Combine(Location, folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray()
        : [];

    /// <summary>Writes a file below the source.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(Source, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>The descriptor of an empty repository of the same keys with small packs, so that an operation takes many steps.</summary>
    public byte[] SmallPacksDescriptor(int packSize = 128 * 1024)
    {
        using var keys = KeyFile.Read(KeyFilePath);
        var descriptor = Descriptor.Create(keys, new ChunkSizes(8192, 16384, 65536)) with { SegmentSize = 32 * 1024, PackSize = packSize };
        return descriptor.Encode(keys);
    }

    /// <summary>
    /// Gives the empty repository that descriptor, in a file of its own: a process that starts just now may still hold the lock of the one that
    /// was written before.
    /// </summary>
    public void UseSmallPacks(int packSize = 128 * 1024)
    {
        var path = Path.Combine(Location, ObjectName.Descriptor);
        File.WriteAllBytes($"{path}.new", SmallPacksDescriptor(packSize));
        File.Move($"{path}.new", path, overwrite: true);
    }

    public static byte[] RandomBytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void EntryFailed(RekkordException error) => Failed.Enqueue(error);

    public void Warn(string message) => Warnings.Enqueue(message);

    public void Detail(string message) => Details.Enqueue(message);

    public void Dispose() => TestDirectory.Remove(_base);

    private static Dictionary<string, byte[]> Content(string root) => Directory.GetFiles(root, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(root, path), File.ReadAllBytes);
}

using System.Diagnostics;
using System.Globalization;
using Rekkord.Benchmarks.Engine;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Benchmarks.LongLife;

/// <summary>
/// What a repository costs after many saves: <c>longlife DIRECTORY [COUNT…]</c> makes tiny saves, each of one changed file, and measures at each
/// count how long a save, a listing, a scan and a restore of one file take, in time and in processor time, and how many objects there are. In
/// one process, without PowerShell, so that the engine alone is measured. A directory that has a repository already is gone on with.
/// </summary>
internal sealed class LongLifeCommand
{
    public const string Verb = "longlife";

    private const int Repetitions = 5;

    private static readonly int[] DefaultCounts = [300, 1_000, 10_000];

    private readonly FailureObserver _observer = new();
    private readonly string _directory;
    private readonly string _source;
    private int _made;

    private LongLifeCommand(string directory)
    {
        _directory = directory;
        _source = Directory.CreateDirectory(Path.Combine(directory, "source")).FullName;
    }

    private string Location => Path.Combine(_directory, "repository");

    private string KeyPath => Path.Combine(_directory, "master.key");

    private string Cache => Path.Combine(_directory, "cache");

    public static int Run(string[] arguments)
    {
        var command = new LongLifeCommand(Directory.CreateDirectory(arguments[0]).FullName);
        int[] counts = arguments.Length > 1 ? [.. arguments[1..].Select(count => int.Parse(count, CultureInfo.InvariantCulture))] : DefaultCounts;
        return command.Run(counts);
    }

    private int Run(int[] counts)
    {
        if (!Directory.Exists(Location))
            RepositoryCreation.Run(Location, KeyPath, overwriteKeyFile: false).Dispose();
        _made = Use(Cache, repository => new SnapshotStore(repository).List(Throw, CancellationToken.None).Count);
        Console.WriteLine("| snapshots | | ms | processor ms |");
        Console.WriteLine("|--:|---|--:|--:|");
        foreach (var count in counts)
        {
            while (_made < count)
                Save();
            Measure("tiny save", Save);
            var path = Path.Combine(_source, "file.txt");
            Measure("list, nothing kept", () => List(Path.Combine(_directory, $"cache-{Guid.NewGuid():N}")));
            Measure("list", () => List(Cache));
            Measure("restore of one file", () => Restore(path));
            Measure("quick scan", Scan);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {_made} | objects: {Directory.EnumerateFiles(Location, "*", SearchOption.AllDirectories).Count()} | | |"));
        }

        return _observer.Failed ? 1 : 0;
    }

    private void Save()
    {
        File.WriteAllText(Path.Combine(_source, "file.txt"), $"{Guid.NewGuid()}");
        var request = new SaveRequest { Channel = "longlife", Paths = [FileName.FromText(_source)], CacheDirectory = Cache };
        Use(Cache, repository => new SaveOperation(repository, request, _observer).Run(CancellationToken.None));
        _made++;
    }

    private void List(string cache) => Use(cache, repository => new SnapshotStore(repository).List(Throw, CancellationToken.None));

    private void Restore(string path)
    {
        var destination = Path.Combine(_directory, "restored");
        var request = new RestoreRequest { Snapshot = "longlife", Path = path, Destination = destination, Force = true };
        Use(Cache, repository => new RestoreOperation(repository, request, _observer).Run(CancellationToken.None));
        Directory.Delete(destination, recursive: true);
    }

    private void Scan()
    {
        var result = Use(Cache, repository => new ScanOperation(repository, new ScanRequest { CacheDirectory = Cache }, Console.WriteLine).Run(CancellationToken.None));
        if (result.Problems.Count > 0)
            throw new InvalidOperationException($"The scan found: {result.Problems[0].Message}");
    }

    private T Use<T>(string cache, Func<RepositoryAccess, T> action)
    {
        using var repository = RepositoryAccess.Open(DirectoryObjectStore.Open(Location), KeyFile.Read(KeyPath));
        repository.RememberTags(cache);
        return action(repository);
    }

    /// <summary>Prints the medians of some runs.</summary>
    private void Measure(string name, Action action)
    {
        var times = new List<(double Elapsed, double Processor)>();
        for (var i = 0; i < Repetitions; i++)
        {
            var processor = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            action();
            times.Add((watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {_made} | {name} | {Median(times.Select(time => time.Elapsed)):0} | {Median(times.Select(time => time.Processor)):0} |"));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Repetitions / 2);

    private static void Throw(Exception error) => throw error;
}

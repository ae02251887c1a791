using System.Diagnostics;
using System.Globalization;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Benchmarks.Engine;

/// <summary>
/// One operation of the engine in a process of its own, without PowerShell, to be profiled: <c>engine init|save|scan|restore
/// DIRECTORY [PATH]</c>. The directory holds the repository, its key and its cache.
/// </summary>
internal static class EngineCommand
{
    public const string Verb = "engine";

    public static int Run(string[] arguments)
    {
        var observer = new FailureObserver();
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        Run(arguments[0], arguments[1], arguments.ElementAtOrDefault(2) ?? "", observer);
        var seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seconds: {seconds}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CPU seconds: {(Environment.CpuUsage.TotalTime - processor).TotalSeconds}"));
        Console.WriteLine($"allocated MiB: {GC.GetTotalAllocatedBytes() >> 20}, collections: {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}");
        return observer.Failed ? 1 : 0;
    }

    private static string RepositoryIn(string directory) => Path.Combine(directory, "repository");

    /// <summary>Runs one operation.</summary>
    private static void Run(string operation, string directory, string path, FailureObserver observer)
    {
        switch (operation)
        {
            case "init":
                RepositoryCreation.Run(RepositoryIn(directory), KeyIn(directory), overwriteKeyFile: false).Dispose();
                break;
            case "save":
                Save(directory, path, observer);
                break;
            case "scan":
                Scan(directory);
                break;
            case "restore":
                Restore(directory, path, observer);
                break;
            default:
                throw new ArgumentException($"There is no operation '{operation}'.");
        }
    }

    private static string KeyIn(string directory) => Path.Combine(directory, "master.key");

    private static string CacheIn(string directory) => Path.Combine(directory, "cache");

    private static RepositoryAccess Open(string directory) =>
        RepositoryAccess.Open(DirectoryObjectStore.Open(RepositoryIn(directory)), KeyFile.Read(KeyIn(directory)));

    private static void Save(string directory, string source, FailureObserver observer)
    {
        using var repository = Open(directory);
        var request = new SaveRequest { Channel = "benchmark", Paths = [FileName.FromText(source)], CacheDirectory = CacheIn(directory) };
        var result = new SaveOperation(repository, request, observer).Run(CancellationToken.None);
        Console.WriteLine($"{result.Snapshot.Summary.Files} files, {result.UnchangedFiles} unchanged, {result.Snapshot.Summary.StoredSize} bytes stored");
    }

    private static void Scan(string directory)
    {
        using var repository = Open(directory);
        var request = new ScanRequest { Full = true, CacheDirectory = CacheIn(directory) };
        var result = new ScanOperation(repository, request, Console.WriteLine).Run(CancellationToken.None);
        if (result.Problems.Count > 0)
            throw new InvalidOperationException($"The scan found: {result.Problems[0].Message}");
        Console.WriteLine($"{result.Blobs} blobs, {result.VerifiedSize} bytes verified");
    }

    private static void Restore(string directory, string destination, FailureObserver observer)
    {
        using var repository = Open(directory);
        var result = new RestoreOperation(repository, new RestoreRequest { Snapshot = "benchmark", Destination = destination }, observer).Run(CancellationToken.None);
        Console.WriteLine($"{result.Files} files, {result.Size} bytes restored");
    }
}

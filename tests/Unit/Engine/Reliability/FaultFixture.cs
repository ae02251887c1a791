using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>A small repository with two snapshots of one channel, put back for each case, and what must hold after every fault.</summary>
public sealed class FaultFixture : IDisposable
{
    // Far more than any case takes on a busy machine: it ends a test that would hang.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, byte[]> _pristine;
    public FaultFixture()
    {
        for (var i = 0; i < 4; i++)
            Repository.Write($"kept/folder{i % 2}/file{i}", TestRepository.RandomBytes(i, 30_000));
        Save(Kept);
        Repository.Write("kept/folder1/newer", TestRepository.RandomBytes(8, 30_000));
        Newer = Save(Kept).Snapshot.Id.ToString();
        Repository.Write("new/file", TestRepository.RandomBytes(9, 30_000));
        _pristine = Repository.Objects("").ToDictionary(path => path, File.ReadAllBytes);
    }

    /// <summary>The directory of which there are two snapshots; the older lacks a file. Its path is their channel.</summary>
    public string Kept => Path.Combine(Repository.Source, "kept");

    /// <summary>The newer snapshot.</summary>
    public string Newer { get; }

    internal TestRepository Repository { get; } = new();

    /// <summary>The cases of an operation: each kind of fault at each of the calls that it makes when nothing fails.</summary>
    internal IReadOnlyList<(Fault Fault, int Call)> Cases(Action operation)
    {
        var calls = Run(Fault.Fails, int.MaxValue, operation).Store.Calls;
        Assert.True(calls > 0);
        return [.. from fault in Enum.GetValues<Fault>() from call in Enumerable.Range(0, calls) select (fault, call)];
    }

    /// <summary>Runs an operation on the pristine repository with a fault.</summary>
    /// <returns>The store, and the error that the operation ended with, if it did.</returns>
    internal (FaultyObjectStore Store, RekkordException? Error) Run(Fault fault, int call, Action operation)
    {
        Reset();
        FaultyObjectStore? store = null;
        Repository.OpenStore = location => store = new FaultyObjectStore(DirectoryObjectStore.Open(location), fault, call);
        try
        {
            var error = RunToItsEnd(operation);
            return (store!, error);
        }
        finally
        {
            Repository.OpenStore = DirectoryObjectStore.Open;
        }
    }

    /// <summary>Every object that was there has the bytes that it had.</summary>
    internal void AssertNothingChanged() => Assert.All(_pristine, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));

    /// <summary>What must hold afterwards, without a fault: nothing is damaged, all restores, and the next save succeeds.</summary>
    internal void AssertWhole()
    {
        AssertNothingChanged();
        AssertSound();
        AssertRestores(Newer, Kept);
        AssertRestores(Save(Repository.Source).Snapshot.Id.ToString(), Repository.Source);
        AssertSound();
    }

    internal SaveResult Save(string path)
    {
        var result = Repository.Save(new SaveRequest { Channel = path, Paths = [FileName.FromText(path)], CacheDirectory = Repository.CacheDirectory });
        Assert.False(result.IsPartial);
        return result;
    }

    internal void AssertRestores(string snapshot, string path)
    {
        Assert.Equal(0, Restore(snapshot, path).ErrorCount);
        Assert.Equal(TreeListing.Of(path), TreeListing.Of(Repository.Destination));
    }

    internal RestoreResult Restore(string snapshot, string path)
    {
        if (Directory.Exists(Repository.Destination))
            Directory.Delete(Repository.Destination, recursive: true);
        return Repository.Restore(new RestoreRequest { Snapshot = snapshot, Path = path, Destination = Repository.Destination });
    }

    /// <summary>What was restored of <see cref="Kept"/> is what was saved, byte for byte.</summary>
    /// <returns>How many files were.</returns>
    internal int CountRestored()
    {
        if (!Directory.Exists(Repository.Destination))
            return 0;
        var paths = Directory.GetFiles(Repository.Destination, "*", SearchOption.AllDirectories);
        foreach (var path in paths)
            Assert.Equal(File.ReadAllBytes(Path.Combine(Kept, Path.GetRelativePath(Repository.Destination, path))), File.ReadAllBytes(path));
        return paths.Length;
    }

    /// <summary>An error that a user can act on: it has an ID, and names an object of the repository.</summary>
    internal static void AssertIsNamed(RekkordException error)
    {
        Assert.Matches("^[A-Z][A-Za-z]+$", error.ErrorId);
        Assert.False(string.IsNullOrEmpty(error.Target), error.ToString());
    }

    public void Dispose() => Repository.Dispose();

    /// <summary>A full scan finds nothing, but for a snapshot whose save ended before its tag was written, and so reported no success.</summary>
    private void AssertSound() =>
        Assert.DoesNotContain(Repository.Scan(new ScanRequest { Full = true }).Problems, problem => problem.Kind != ProblemKind.TagMissing);

    private static RekkordException? RunToItsEnd(Action operation)
    {
        RekkordException? ended = null;
        var task = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    operation();
                }
                catch (RekkordException error)
                {
                    ended = error;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Assert.True(task.Wait(Limit), "The operation hangs.");
        return ended;
    }

    private void Reset()
    {
        foreach (var directory in new[] { Repository.Location, Repository.CacheDirectory, Repository.Destination }.Where(Directory.Exists))
            Directory.Delete(directory, recursive: true);
        foreach (var (path, bytes) in _pristine)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }

        Repository.Warnings.Clear();
    }
}

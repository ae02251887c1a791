using System.Diagnostics;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Tests.FileSystem;

namespace Rekkord.Engine.Tests.Restoring;

/// <summary>
/// A destination to which a composed and a decomposed character are one: of two files that it makes one, the first is restored, and the
/// other is reported. Its names keep their case.
/// </summary>
public sealed class NormalizingDestinationTests : IDisposable
{
    private const string Composed = "\u00e9";
    private const string Decomposed = "e\u0301";
    private const string Python = "/usr/bin/python3";
    private const string Fuse = "/usr/lib/python3/dist-packages/fusepy.py";

    private readonly TestRepository _repository = new();
    private readonly TemporaryDirectory _directory = new();
    private Process? _fileSystem;

    public NormalizingDestinationTests()
    {
        _repository.Write(Composed, "composed"u8);
        _repository.Write(Decomposed, "decomposed"u8);
        _repository.Write($"D{Composed}/same", "in composed"u8);
        _repository.Write($"D{Decomposed}/same", "in decomposed"u8);
        _repository.Write("A", "upper"u8);
        _repository.Write("a", "lower"u8);
        _repository.Save();
    }

    private string Mount => _directory["mount"];

    private string Destination => Path.Combine(Mount, "destination");

    public void Dispose()
    {
        if (_fileSystem is not null)
        {
            _directory.Run("umount", Mount);
            _fileSystem.WaitForExit();
            _fileSystem.Dispose();
        }

        _directory.Dispose();
        _repository.Dispose();
    }

    [RequiresMountFact(Python, Fuse, "fusermount")]
    public void Names_that_are_normalized_to_one_are_restored_once_and_reported_once()
    {
        MountNormalizingFileSystem();

        // The decomposed name begins with 'e' and comes first.
        AssertNothingIsLostSilently(Restore(force: false), Composed, $"D{Composed}/same");
    }

    [RequiresMountFact(Python, Fuse, "fusermount")]
    public void What_was_restored_is_not_replaced_with_force_either()
    {
        MountNormalizingFileSystem();
        Directory.CreateDirectory(Destination);
        File.WriteAllText(Path.Combine(Destination, "a"), "of before");

        AssertNothingIsLostSilently(Restore(force: true), Composed, $"D{Composed}");
    }

    private void AssertNothingIsLostSilently(RestoreResult result, params string[] reported)
    {
        string Read(string name) => File.ReadAllText(Path.Combine(Destination, name));

        Assert.Equal(("upper", "lower"), (Read("A"), Read("a")));
        Assert.Equal(("decomposed", "in decomposed"), (Read(Composed), Read($"D{Composed}/same")));
        Assert.All(result.Errors, error => Assert.Equal("FileExists", error.ErrorId));
        Assert.Equal(
            reported.Select(name => Path.Combine(Destination, name)).Order(StringComparer.Ordinal),
            result.Errors.Select(error => error.Target).Order(StringComparer.Ordinal));
        Assert.Equal(["A", $"D{Decomposed}", "a", Decomposed], Directory.GetFileSystemEntries(Destination).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private RestoreResult Restore(bool force) => _repository.Restore(new()
    {
        Snapshot = "test",
        Path = _repository.Source,
        Destination = Destination,
        Force = force,
        Verify = true,
    });

    private void MountNormalizingFileSystem()
    {
        Directory.CreateDirectory(Mount);
        Directory.CreateDirectory(_directory["backing"]);
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Restoring/normalizing_file_system.py"), _directory["backing"], Mount];
        _fileSystem = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", _fileSystem.StandardOutput.ReadLine());
    }
}

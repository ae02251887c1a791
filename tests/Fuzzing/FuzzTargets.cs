using System.Diagnostics;
using Rekkord.Fuzzing.Targets;

namespace Rekkord.Fuzzing;

/// <summary>All targets, on one repository, with a directory that goes away with them.</summary>
internal sealed class FuzzTargets : IDisposable
{
    private const string SharedMemory = "/dev/shm";

    private readonly string _directory;
    private readonly FuzzRepository _repository = new();
    private readonly FuzzRepository _restored = new();

    public FuzzTargets()
    {
        // Where there is memory to write to, no disk has to keep up.
        _directory = Directory.Exists(SharedMemory)
            ? Directory.CreateDirectory(Path.Combine(SharedMemory, $"rekkord-fuzzing-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("rekkord-fuzzing-").FullName;
        var source = Directory.CreateDirectory(Path.Combine(_directory, "source")).FullName;
        File.WriteAllText(Path.Combine(source, "file"), "content");
        File.WriteAllBytes(Path.Combine(source, "large"), new byte[100_000]);
        File.CreateSymbolicLink(Path.Combine(source, "link"), "file");
        Directory.CreateDirectory(Path.Combine(source, "empty"));
        _repository.Save(source, Path.Combine(_directory, "caches"));
        var restored = Directory.CreateDirectory(Path.Combine(_directory, "restored")).FullName;
        All =
        [
            .. KeyTargets.All(_repository), .. PackTargets.All(_repository), .. RecordTargets.All(_repository),
            .. TreeTargets.All(_restored, restored), .. LocalTargets.All(_repository, _directory),
        ];
    }

    public IReadOnlyList<FuzzTarget> All { get; }

    /// <summary>The targets of a name, of a group, or <c>all</c>.</summary>
    public IReadOnlyList<FuzzTarget> Select(string name) => [.. All.Where(target => name == "all" || name == target.Name || name == target.Group)];

    public void Dispose()
    {
        _repository.Dispose();
        _restored.Dispose();
        using var removal = Process.Start("rm", ["-rf", "--", _directory]);
        removal.WaitForExit();
    }
}

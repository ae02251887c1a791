using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>Content that two packs hold, as after two saves at the same time, is lost only when both are damaged.</summary>
public sealed class SecondCopyTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string[] _first;
    private readonly string[] _second;

    public SecondCopyTests()
    {
        _repository.Write("directory/file", TestRepository.RandomBytes(1, 300_000));
        _repository.Write("small", TestRepository.RandomBytes(2, 1_000));
        _repository.Save();
        _first = _repository.Objects("packs");

        // Each of two saves at the same time sees nothing of the other's.
        var aside = Directory.CreateTempSubdirectory().FullName;
        var hidden = _first.Concat(_repository.Objects("index")).ToDictionary(path => path, path => Path.Combine(aside, Path.GetFileName(path)));
        foreach (var (path, place) in hidden)
            File.Move(path, place);
        _repository.Save(new SaveRequest { Channel = "other", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory + "-of-another" });
        _second = _repository.Objects("packs");
        foreach (var (path, place) in hidden)
            File.Move(place, path);
        Directory.Delete(aside);
        Assert.Equal((2, 2), (_first.Length, _second.Length));
    }

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restore_takes_the_copy_that_is_sound(bool firstIsDamaged)
    {
        Damage(firstIsDamaged ? _first : _second);

        var restored = _repository.RestoreSource();

        Assert.Equal((2, 0), (restored.Files, restored.ErrorCount));
        Assert.Equal(File.ReadAllBytes(Path.Combine(_repository.Source, "directory/file")), File.ReadAllBytes(Path.Combine(_repository.Destination, "directory/file")));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_scan_names_the_damaged_packs_and_no_file_as_lost(bool firstIsDamaged, bool cutShort)
    {
        Damage(firstIsDamaged ? _first : _second, cutShort);

        var problems = _repository.Scan(new ScanRequest { Full = true }).Problems;

        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.Equal(ProblemKind.PackDamaged, problem.Kind));
        Assert.All(problems, problem => Assert.Empty(problem.Paths));
    }

    [Fact]
    public void A_file_is_lost_when_both_copies_are_damaged()
    {
        Damage(_first);
        Damage(_second);

        var problems = _repository.Scan(new ScanRequest { Full = true }).Problems;
        var restored = _repository.RestoreSource();

        Assert.Contains(problems, problem => problem.Paths.Count > 0);
        Assert.NotEqual(0, restored.ErrorCount);
    }

    /// <summary>Damages the first segment of each pack, or takes its end.</summary>
    private static void Damage(string[] packs, bool cutShort = false)
    {
        foreach (var pack in packs)
        {
            File.SetAttributes(pack, FileAttributes.Normal);
            using var file = File.Open(pack, FileMode.Open);
            if (cutShort)
            {
                file.SetLength(file.Length / 2);
                continue;
            }

            file.Position = 200;
            var value = file.ReadByte();
            file.Position = 200;
            file.WriteByte((byte)(value ^ 1));
        }
    }
}

using Rekkord.Engine.Restoring;
using static Rekkord.Engine.Integration.Tests.UnusualFileSystem;

namespace Rekkord.Engine.Integration.Tests;

/// <summary>
/// Destinations to which several names are one: of what would be one file the first is restored, and the others are reported, with
/// -Force as without. Names keep their case there.
/// </summary>
public sealed class FoldingDestinationTests : IDisposable
{
    private const string Composed = "\u00e9";
    private const string Decomposed = "e\u0301";

    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void Names_that_are_normalized_to_one_are_restored_once_and_reported_once()
    {
        foreach (var name in new[] { Composed, Decomposed, $"D{Composed}/same", $"D{Decomposed}/same", "A", "a" })
            _repository.Write(name, Content(name));
        _repository.Save();

        // The decomposed name begins with 'e' and comes first.
        foreach (var numbering in new[] { "numbers-names", "numbers-files", "numbers-nothing" })
            AssertNothingIsLostSilently($"normalizes,{numbering}", [Composed, $"D{Composed}", $"D{Composed}/same"], [Decomposed, $"D{Decomposed}/same", "A", "a"]);
    }

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void Names_that_differ_in_dots_at_the_end_are_restored_once_and_reported_once()
    {
        foreach (var name in new[] { "report", "report.", "report..", "sub/f", "sub./f", "sub./only", "sub/deep/g", "sub./deep/g", "other" })
            _repository.Write(name, Content(name));
        _repository.Save();

        foreach (var numbering in new[] { "numbers-names", "numbers-files", "numbers-nothing" })
        {
            AssertNothingIsLostSilently(
                $"trims,{numbering}",
                ["report.", "report..", "sub.", "sub./deep", "sub./deep/g", "sub./f"],
                ["report", "sub/f", "sub./only", "sub/deep/g", "other"]);
        }
    }

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void Saved_paths_in_directories_whose_names_are_one_are_told_apart()
    {
        foreach (var name in new[] { "p/f", "p./f", "p./g" })
            _repository.Write(name, Content(name));
        _repository.Save([.. new[] { "p/f", "p./f", "p./g" }.Select(name => Path.Combine(_repository.Source, name))]);
        using var fileSystem = new UnusualFileSystem("trims,numbers-files");

        var result = _repository.Restore(new() { Snapshot = "test", Destination = fileSystem.Destination, Force = true });

        var root = Path.Join(fileSystem.Destination, _repository.Source);
        Assert.Equal(Path.Combine(root, "p./f"), Assert.Single(result.Errors).Target);
        Assert.Equal("p/f", File.ReadAllText(Path.Combine(root, "p/f")));
        Assert.Equal("p./g", File.ReadAllText(Path.Combine(root, "p/g")));
    }

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void With_force_what_was_there_before_is_replaced_where_all_files_have_one_number()
    {
        _repository.Write("first", "new"u8);
        _repository.Write("second", "new"u8);
        _repository.Save();
        using var fileSystem = new UnusualFileSystem("numbers-nothing");
        Directory.CreateDirectory(fileSystem.Destination);
        File.WriteAllText(Path.Combine(fileSystem.Destination, "second"), "of before");

        var result = Restore(fileSystem, force: true);

        Assert.Equal(0, result.ErrorCount);
        Assert.Equal("new", File.ReadAllText(Path.Combine(fileSystem.Destination, "second")));
    }

    private void AssertNothingIsLostSilently(string habits, string[] reported, string[] restored)
    {
        foreach (var force in new[] { false, true })
        {
            using var fileSystem = new UnusualFileSystem(habits);
            if (force)
            {
                Directory.CreateDirectory(fileSystem.Destination);
                File.WriteAllText(Path.Combine(fileSystem.Destination, restored[0]), "of before");
            }

            var result = Restore(fileSystem, force);

            Assert.All(result.Errors, error => Assert.Equal("FileExists", error.ErrorId));
            Assert.Equal(
                reported.Select(name => Path.Combine(fileSystem.Destination, name)).Order(StringComparer.Ordinal),
                result.Errors.Select(error => error.Target).Order(StringComparer.Ordinal));
            foreach (var name in restored)
                Assert.Equal(name, File.ReadAllText(Path.Combine(fileSystem.Destination, name)));
            Assert.Equal(restored.Length, result.Files);
            Assert.Equal(restored.Length, result.VerifiedFiles);
        }
    }

    private static byte[] Content(string name) => System.Text.Encoding.UTF8.GetBytes(name);

    private RestoreResult Restore(UnusualFileSystem fileSystem, bool force) => _repository.Restore(new()
    {
        Snapshot = "test",
        Path = _repository.Source,
        Destination = fileSystem.Destination,
        Force = force,
        Verify = true,
    });
}

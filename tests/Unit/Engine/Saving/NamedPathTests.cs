using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>What was asked for by name is in the snapshot, or the save says that it is not.</summary>
public sealed class NamedPathTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly ChangingFileSystem _files = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_path_within_another_is_saved_once()
    {
        _repository.Write("outer/inner/file", "x"u8);

        var result = Save(["outer/inner", "outer", "outer/inner/file", "outer"]);

        Assert.Equal(1, result.Snapshot.Summary.Files);
        Assert.Equal(3, result.Snapshot.Summary.Paths.Count);
        AssertRestored("outer/inner/file", "x");
    }

    [Theory]
    [InlineData("outer/link")]
    [InlineData("outer/link/photos")]
    [InlineData("outer/link/photos/file")]
    public void What_lies_behind_a_link_in_another_named_path_is_saved(string path)
    {
        _repository.Write("disk/photos/file", "precious"u8);
        _repository.Write("outer/other", "y"u8);
        File.CreateSymbolicLink(PathOf("outer/link"), PathOf("disk"));

        var result = Save(["outer", path]);

        Assert.False(result.IsPartial);
        AssertRestored("outer/link/photos/file", "precious");
        AssertRestored("outer/other", "y");
        Assert.Equal(path == "outer/link" ? 0 : 1, _repository.Warnings.Count(warning => warning.Contains("outer/link", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_named_link_to_a_directory_it_is_in_does_not_go_round()
    {
        _repository.Write("outer/sub/file", "x"u8);
        File.CreateSymbolicLink(PathOf("outer/circle"), "..");

        Assert.False(Save(["outer", "outer/circle/outer/sub"]).IsPartial);

        AssertRestored("outer/circle/outer/sub/file", "x");
        AssertRestored("outer/sub/file", "x");
    }

    [Fact]
    public void What_was_named_in_an_excluded_directory_is_saved_and_nothing_else_of_it()
    {
        _repository.Write("outer/cache/keep/file", "x"u8);
        _repository.Write("outer/cache/drop", "y"u8);

        Assert.False(Save(["outer", "outer/cache/keep"], "cache").IsPartial);

        AssertRestored("outer/cache/keep/file", "x");
        AssertRestored("outer/cache/drop", null);
    }

    [Fact]
    public void What_was_named_and_is_excluded_is_missed_and_reported()
    {
        _repository.Write("outer/file", "x"u8);
        _repository.Write("other.tmp", "y"u8);

        var result = Save(["outer", "other.tmp"], "*.tmp");

        AssertReported(result, "SourceExcluded", "other.tmp");
        AssertRestored("outer/file", "x");
        Assert.Equal("NothingSaved", Assert.Throws<RekkordException>(() => Save(["other.tmp"], "*.tmp")).ErrorId);
    }

    [Fact]
    public void What_wildcards_stand_for_may_be_excluded()
    {
        _repository.Write("outer/file", "x"u8);
        _repository.Write("other.tmp", "y"u8);

        Assert.False(Save(["*"], "*.tmp").IsPartial);

        AssertRestored("outer/file", "x");
        AssertRestored("other.tmp", null);
    }

    [Theory]
    [InlineData("second")]
    [InlineData("second/file")]
    [InlineData("first/inner")]
    [InlineData("first/z")]
    public void A_named_path_that_is_gone_when_its_turn_comes_makes_the_save_partial(string path)
    {
        foreach (var name in new[] { "first/a", "first/inner/file", "first/z", "second/file" })
            _repository.Write(name, "x"u8);
        _files.Listed = directory =>
        {
            if (directory == PathOf("first"))
                Directory.Move(PathOf(path), PathOf("gone"));
        };

        AssertReported(Save(["first", path]), "SourceVanished", path);

        AssertRestored("first/a", "x");
    }

    [Fact]
    public void A_named_file_that_is_gone_when_it_is_opened_makes_the_save_partial()
    {
        _repository.Write("first", "x"u8);
        _repository.Write("second", "x"u8);
        var opened = 0;
        _files.Opening = path =>
        {
            if (path == PathOf("second") && Interlocked.Increment(ref opened) == 2)
                File.Delete(path);
        };

        AssertReported(Save(["first", "second"]), "SourceVanished", "second");
    }

    [Fact]
    public void When_nothing_was_saved_there_is_no_snapshot()
    {
        _repository.Write("only", "x"u8);
        var opened = 0;
        _files.Opening = path =>
        {
            if (Interlocked.Increment(ref opened) == 2)
                File.Delete(path);
        };

        Assert.Equal("NothingSaved", Assert.Throws<RekkordException>(() => Save(["only"])).ErrorId);
        Assert.Empty(_repository.Objects("snapshots"));
        Assert.Equal("SourceNotGiven", Assert.Throws<RekkordException>(() => Save([])).ErrorId);
    }

    [Fact]
    public void What_was_named_in_a_directory_that_cannot_be_opened_is_saved_by_its_own_path()
    {
        _repository.Write("outer/shut/inner/file", "x"u8);
        _repository.Write("outer/shut/other", "y"u8);
        _files.Entering = path =>
        {
            if (path == PathOf("outer/shut"))
                throw new FileSystemException("FileAccessDenied", RekkordErrorKind.PermissionDenied, "Permission denied.", path, 13);
        };

        var result = Save(["outer", "outer/shut/inner"]);

        Assert.Equal(["FileAccessDenied"], result.Errors.Select(error => error.ErrorId));
        AssertRestored("outer/shut/inner/file", "x");
        AssertRestored("outer/shut/other", null);
    }

    [Fact]
    public void Thousands_of_paths_keep_few_directories_open()
    {
        string[] names = [.. Enumerable.Range(0, 2000).Select(i => $"d{i}/file")];
        foreach (var name in names)
            _repository.Write(name, "x"u8);

        Assert.Equal(2000, Save(names).Snapshot.Summary.Files);
        Assert.InRange(_files.MostOpen, 1, 800);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void Wildcards_stand_for_hidden_files_and_names_that_are_no_text()
    {
        _repository.Write(".env", "x"u8);
        _repository.Write("File", "y"u8);
        using var odd = System.Diagnostics.Process.Start("sh", ["-c", "printf z > \"$(printf '%s/\\377odd' \"$0\")\"", _repository.Source]);
        odd.WaitForExit();

        Assert.Equal(3, Save(["*"]).Snapshot.Summary.Files);
        Assert.Equal(1, Save(["f*"]).Snapshot.Summary.Files);
        Assert.Equal(1, Save(["\ufffdodd"]).Snapshot.Summary.Files);
    }

    [Theory]
    [InlineData("[x]", "[x]", "x")]
    [InlineData("`[x`]", "[x]")]
    [InlineData("[xy]", "x")]
    [InlineData("a*", "a*", "ab")]
    [InlineData("[open", "[open")]
    [InlineData("d*/f?", "dir/fi")]
    [InlineData("[d]/i*", "[d]/in", "d/in")]
    public void Wildcards_stand_for_what_they_match_and_for_what_has_that_very_name(string path, params string[] found)
    {
        foreach (var name in new[] { "[x]", "x", "a*", "ab", "[open", "dir/fi", "dir/other", "[d]/in", "d/in", "plain" })
            _repository.Write(name, "x"u8);

        Assert.Equal(found.Select(PathOf), Save([path]).Snapshot.Summary.Paths.Select(saved => FileName.ToDisplay(saved)));
    }

    [Fact]
    public void A_literal_path_has_no_wildcards()
    {
        _repository.Write("x", "x"u8);
        SaveResult SaveLiteral() => _repository.Save(new SaveRequest
        {
            Channel = "test",
            Paths = [SourcePath.FromLiteral("[x]", _repository.Source)],
            CacheDirectory = _repository.CacheDirectory,
        });

        Assert.Equal("SourceNotFound", Assert.Throws<RekkordException>(SaveLiteral).ErrorId);
        _repository.Write("[x]", "x"u8);
        Assert.Equal([PathOf("[x]")], SaveLiteral().Snapshot.Summary.Paths.Select(saved => FileName.ToDisplay(saved)));
    }

    [Fact]
    public void What_nothing_matches_is_an_error()
    {
        Assert.Equal("SourceNotFound", Assert.Throws<RekkordException>(() => Save(["*.nothing"])).ErrorId);
        Assert.Equal("PatternInvalid", Assert.Throws<RekkordException>(() => Save(["[open"])).ErrorId);
    }

    [Fact]
    public void Exclusions_that_left_nothing_out_are_named()
    {
        _repository.Write("file", "x"u8);
        _repository.Write("drop", "x"u8);

        var result = Save(["."], "drop", "*.nothing", "/no/such/place");

        Assert.Equal(["*.nothing", "/no/such/place"], result.UnusedExclusions);
        Assert.Contains("'/no/such/place'", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void A_disk_that_is_unmounted_before_its_turn_makes_the_save_partial()
    {
        _repository.Write("first/a", "x"u8);
        Directory.CreateDirectory(PathOf("disk"));
        Run("mount", "-t", "tmpfs", "tmpfs", PathOf("disk"));
        _repository.Write("disk/file", "x"u8);
        _files.Listed = directory =>
        {
            if (directory == PathOf("first"))
                Run("umount", PathOf("disk"));
        };

        AssertReported(Save(["first", "disk"]), "SourceUnmounted", "disk");
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string PathOf(string name) => Path.Combine(_repository.Source, name);

    private SaveResult Save(IEnumerable<string> names, params string[] exclude)
    {
        using var repository = _repository.Open();
        var request = new SaveRequest
        {
            Channel = "test",
            Paths = [.. names.Select(name => SourcePath.FromText(name, _repository.Source))],
            Exclude = [.. exclude.Select(pattern => new PathPattern(pattern))],
            CacheDirectory = _repository.CacheDirectory,
        };
        return new SaveOperation(repository, request, _repository) { Files = _files }.Run(CancellationToken.None);
    }

    private void AssertReported(SaveResult result, string errorId, string name)
    {
        Assert.True(result.IsPartial);
        Assert.Equal([(errorId, PathOf(name))], result.Errors.Select(error => (error.ErrorId, error.Target)));
    }

    /// <summary>Restores everything, and checks what became of a file.</summary>
    private void AssertRestored(string name, string? content)
    {
        if (Directory.Exists(_repository.Destination))
            Directory.Delete(_repository.Destination, recursive: true);
        _repository.Restore(new RestoreRequest { Snapshot = "test", Destination = _repository.Destination });
        var restored = _repository.Destination + PathOf(name);
        Assert.Equal(content, File.Exists(restored) ? File.ReadAllText(restored) : null);
    }
}

using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Saving;
using Rekkord.Tests;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>A save leaves out what it was asked to, says so, and nothing else.</summary>
public sealed class OmissionTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_file_of_rules_leaves_out_what_it_says_of_its_directory_and_a_nearer_one_decides()
    {
        Write("a.log", "sub/b.log", "sub/keep.log", "sub/build/x", "build/x", "other/.rekkordignore", "c.txt");
        _repository.Write(".rekkordignore", "*.log\nbuild/\n"u8);
        _repository.Write("sub/.rekkordignore", "!keep.log\n/build/x\n"u8);

        var result = Save(new Omissions());

        Assert.Equal([".rekkordignore", "c.txt", "other/.rekkordignore", "sub/.rekkordignore", "sub/keep.log"], Saved());
        Assert.Equal(4, result.Omitted);
        Assert.Equal(
            [
                $"'{_repository.Source}/a.log' is left out: line 1 of '{_repository.Source}/.rekkordignore' is '*.log'.",
                $"'{_repository.Source}/build' is left out: line 2 of '{_repository.Source}/.rekkordignore' is 'build/'.",
                $"'{_repository.Source}/sub/b.log' is left out: line 1 of '{_repository.Source}/.rekkordignore' is '*.log'.",
                $"'{_repository.Source}/sub/build' is left out: line 2 of '{_repository.Source}/.rekkordignore' is 'build/'.",
            ],
            _repository.Details.Where(detail => detail.Contains(" is left out: ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_in_the_cloud_only_is_left_out_with_a_warning_unless_it_is_named()
    {
        const uint recalledOnAccess = 0x40_0000;
        var named = _repository.Write("named", "far"u8);
        var files = new ChangingFileSystem { Status = status => status.Kind == FileKind.File && status.Size == 3 ? status with { WindowsAttributes = recalledOnAccess } : status };
        _repository.Write("here", "longer"u8);
        _repository.Write("there", "far"u8);
        _repository.Write("elsewhere", "far"u8);

        var result = Save(files, named);
        Assert.Equal(0, result.Omitted);

        result = Save(files, _repository.Source);
        Assert.Equal(["here"], Saved());
        Assert.Equal(3, result.Omitted);
        Assert.Contains("in the cloud only", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_extended_attributes_of_Windows_is_no_placeholder()
    {
        // The same bit as FILE_ATTRIBUTE_RECALL_ON_OPEN, which only listings have.
        const uint extendedAttributes = 0x4_0000;
        _repository.Write("here", "content"u8);

        Assert.Equal(0, Save(new ChangingFileSystem { Status = status => status with { WindowsAttributes = extendedAttributes } }, _repository.Source).Omitted);
        Assert.Equal(["here"], Saved());
    }

    [Fact]
    public void A_rehearsal_leaves_out_the_local_cache_as_the_save_does()
    {
        Write("a");
        var request = new SaveRequest { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = Path.Combine(_repository.Source, "cache") };
        _repository.Save(request);
        using var access = _repository.Open();

        Assert.Equal(1, new SaveOperation(access, request, _repository).Rehearse(default).Files);
    }

    [Fact]
    public void An_alias_of_an_app_has_nothing_to_save()
    {
        const uint programAlias = 0x8000_001B;
        var files = new ChangingFileSystem { Status = status => status.Kind == FileKind.File ? status with { ReparseTag = status.Size == 0 ? programAlias : 0 } : status };
        _repository.Write("winget.exe", ""u8);
        _repository.Write("file", "content"u8);

        Assert.Equal(1, Save(files, _repository.Source).Omitted);
        Assert.Equal(["file"], Saved());
    }

    [Fact]
    public void Files_of_rules_count_only_when_asked_for_and_never_for_what_was_named()
    {
        var named = _repository.Write("sub/b.log", "content"u8);
        Write("a.log", "sub/c.txt");
        _repository.Write(".rekkordignore", "*.log\nsub/\n"u8);

        Save(new Omissions { IgnoreFiles = false });
        Assert.Equal([".rekkordignore", "a.log", "sub/b.log", "sub/c.txt"], Saved());

        Save(new Omissions(), _repository.Source, named);
        Assert.Equal([".rekkordignore", "sub/b.log"], Saved());
    }

    [Fact]
    public void A_file_of_rules_that_is_too_large_or_no_file_leaves_nothing_out_and_the_save_says_so()
    {
        Write("a", "sub/a");
        _repository.Write(".rekkordignore", new string('a', (1024 * 1024) + 1).Select(letter => (byte)letter).ToArray());
        Directory.CreateDirectory(Path.Combine(_repository.Source, "sub", ".rekkordignore"));

        Save(new Omissions());

        Assert.Equal([".rekkordignore", "a", "sub/a"], Saved());
        Assert.Contains("It is not read, and leaves nothing out.", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_marked_cache_only_the_mark_is_saved_and_a_false_mark_marks_nothing()
    {
        Write("cache/x", "cache/sub/y", "data/x");
        _repository.Write("cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# a cache"u8);
        _repository.Write("data/CACHEDIR.TAG", "not one"u8);

        var result = Save(new Omissions { Caches = true });

        Assert.Equal(["cache/CACHEDIR.TAG", "data/CACHEDIR.TAG", "data/x"], Saved());
        Assert.Equal(1, result.Omitted);
        Save(new Omissions());
        Assert.Equal(["cache/CACHEDIR.TAG", "cache/sub/y", "cache/x", "data/CACHEDIR.TAG", "data/x"], Saved());
    }

    [Fact]
    public void Files_of_more_bytes_are_left_out_unless_they_were_named()
    {
        _repository.Write("small", new byte[100]);
        _repository.Write("large", new byte[101]);
        var named = _repository.Write("named", new byte[1000]);

        var result = Save(new Omissions { LargerThan = 100 }, _repository.Source, named);

        Assert.Equal(["named", "small"], Saved());
        Assert.Equal(1, result.Omitted);
    }

    [RequiresRootFact]
    public void Another_file_system_is_left_out_unless_it_or_something_in_it_was_named()
    {
        Write("a", "mount/hidden");
        var mount = Path.Combine(_repository.Source, "mount");
        TestProgram.Run("mount", "-t", "tmpfs", "tmpfs", mount);
        try
        {
            SaveWithMount(mount);
        }
        finally
        {
            TestProgram.Run("umount", "--lazy", mount);
        }
    }

    private void SaveWithMount(string mount)
    {
        var named = _repository.Write("mount/named", "content"u8);
        Write("mount/b", "mount/sub/c");

        var result = Save(new Omissions { OtherFileSystems = true });
        Assert.Equal(["a"], Saved());
        Assert.True(Directory.Exists(Path.Combine(_repository.Destination, "mount")));
        Assert.Equal(1, result.Omitted);

        Save(new Omissions { OtherFileSystems = true }, _repository.Source, named);
        Assert.Equal(["a", "mount/named"], Saved());
        Save(new Omissions { OtherFileSystems = true }, _repository.Source, mount);
        Assert.Equal(["a", "mount/b", "mount/named", "mount/sub/c"], Saved());
        Save(new Omissions());
        Assert.Equal(["a", "mount/b", "mount/named", "mount/sub/c"], Saved());
    }

    [Fact]
    public void A_file_of_patterns_gives_its_lines_and_says_which_is_wrong()
    {
        var file = _repository.Write("patterns", "# what is made anew\n\n*.o\n/home/*/.cache\n"u8);
        Assert.Equal(["*.o", "/home/*/.cache"], PatternFile.Read(file, text => new PathPattern(text)).Select(pattern => pattern.Text));

        File.WriteAllText(file, "*.o\n/\n");
        var wrong = Assert.Throws<RekkordException>(() => PatternFile.Read(file, text => new PathPattern(text)));
        Assert.Equal("PatternInvalid", wrong.ErrorId);
        Assert.StartsWith($"Line 2 of '{file}' is wrong.", wrong.Message, StringComparison.Ordinal);
        Assert.Equal("PatternFileNotFound", Assert.Throws<RekkordException>(() => PatternFile.Read(file + "x", text => new PathPattern(text))).ErrorId);
    }

    private SaveResult Save(Omissions omissions, params string[] paths)
    {
        _repository.Details.Clear();
        return _repository.Save(new SaveRequest
        {
            Channel = "test",
            Paths = [.. (paths.Length > 0 ? paths : [_repository.Source]).Select(path => SourcePath.FromText(path, _repository.Source))],
            CacheDirectory = _repository.CacheDirectory,
            Omit = omissions,
            TellEntries = true,
        });
    }

    private SaveResult Save(ChangingFileSystem files, string path)
    {
        using var repository = _repository.Open();
        var request = new SaveRequest { Channel = "test", Paths = [SourcePath.FromText(path, _repository.Source)], CacheDirectory = _repository.CacheDirectory };
        return new SaveOperation(repository, request, _repository) { Files = files }.Run(CancellationToken.None);
    }

    /// <summary>The files of the newest snapshot, as paths below the source.</summary>
    private string[] Saved()
    {
        if (Directory.Exists(_repository.Destination))
            Directory.Delete(_repository.Destination, recursive: true);
        _repository.RestoreSource();
        return [.. Directory.GetFiles(_repository.Destination, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_repository.Destination, path)).Order(StringComparer.Ordinal)];
    }

    private void Write(params string[] names)
    {
        foreach (var name in names)
            _repository.Write(name, "content"u8);
    }
}

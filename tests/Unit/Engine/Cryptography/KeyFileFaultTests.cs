using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Tests.Reliability;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>Whatever fails while a keyfile is written, the error says what is on the disk, and no key is lost.</summary>
public sealed class KeyFileFaultTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();

    private string KeyPath => _directory["key"];

    public void Dispose()
    {
        _directory.Dispose();
        _master.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_keyfile_whose_directory_cannot_be_flushed_is_there_and_the_error_says_so(bool overwrite)
    {
        if (overwrite)
            File.WriteAllText(KeyPath, "another key");

        var error = Assert.Throws<RekkordException>(() => Write(overwrite, StorageStepKind.FlushDirectory));

        Assert.Equal("KeyFileNotDurable", error.ErrorId);
        Assert.Equal(RekkordErrorKind.WriteError, error.Kind);
        Assert.Equal(KeyPath, error.Target);
        Assert.Contains($"'{KeyPath}' is written", error.Message, StringComparison.Ordinal);
        Assert.Contains("power cut", error.Message, StringComparison.Ordinal);
        using var read = KeyFile.Read(KeyPath);
        Assert.Equal(_master.KeyId, read.KeyId);
        Assert.Equal([KeyPath], Directory.GetFiles(_directory.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_leftover_that_cannot_be_removed_is_named_and_does_not_hide_what_failed_first(bool overwrite)
    {
        var error = Assert.Throws<RekkordException>(() => Write(overwrite, StorageStepKind.AddName, StorageStepKind.RemoveName));

        Assert.Equal("KeyFileNotWritable", error.ErrorId);
        Assert.Contains("AddName was refused.", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Assert.Single(Directory.GetFiles(_directory.Path))}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_directory_that_is_missing_is_told_as_a_keyfile_that_cannot_be_written(bool overwrite)
    {
        var error = Assert.Throws<RekkordException>(() => KeyFile.Write(_directory["none/key"], _master, overwrite));

        Assert.Equal("KeyFileNotWritable", error.ErrorId);
        Assert.DoesNotContain("remove", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_is_neither_replaced_nor_called_a_keyfile()
    {
        Directory.CreateDirectory(KeyPath);

        var error = Assert.Throws<RekkordException>(() => KeyFile.Write(KeyPath, _master));

        Assert.Equal("KeyFileNotWritable", error.ErrorId);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void Of_several_that_write_the_same_keyfile_at_once_one_does_and_the_others_are_told()
    {
        const int writers = 4;
        for (var round = 0; round < 50; round++)
        {
            var path = _directory[$"key{round}"];
            var keys = Enumerable.Range(0, writers).Select(_ => KeyMaterial.CreateMaster()).ToArray();
            var outcomes = new string?[writers];
            using var start = new Barrier(writers);
            var threads = keys.Select((_, i) => new Thread(() =>
            {
                start.SignalAndWait();
                outcomes[i] = Record.Exception(() => KeyFile.Write(path, keys[i])) is { } error ? (error as RekkordException)?.ErrorId ?? error.Message : "written";
            })).ToArray();
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());

            var written = Assert.Single(Enumerable.Range(0, writers), i => outcomes[i] == "written");
            Assert.Equal(writers - 1, outcomes.Count(outcome => outcome == "KeyFileExists"));
            using var read = KeyFile.Read(path);
            Assert.Equal(keys[written].KeyId, read.KeyId);
            Array.ForEach(keys, key => key.Dispose());
        }
    }

    private void Write(bool overwrite, params StorageStepKind[] refused) =>
        KeyFile.Write(KeyPath, _master, overwrite, passphrase: null, new FaultyStorageFiles((kind, _) => refused.Contains(kind)));
}

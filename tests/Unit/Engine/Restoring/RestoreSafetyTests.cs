using System.Diagnostics;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Restoring;

/// <summary>
/// What happens to a destination at the worst moment. Every file of the snapshot has an attribute that no file system takes, so that the
/// observer is warned when the file's content is written and its name is not given yet.
/// </summary>
public sealed class RestoreSafetyTests : IDisposable
{
    private const int Files = 12;

    private readonly TestRepository _repository = new();

    public RestoreSafetyTests()
    {
        var snapshot = new HostileSnapshot(_repository);
        snapshot.Write([WithRefusedAttribute(HostileSnapshot.Entry(Names[0], FileKind.File)), .. Names.Skip(1).Select(name => WithRefusedAttribute(snapshot.FileOf(name, ContentOf(name))))]);
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_restore_that_is_stopped_at_any_file_has_only_whole_files_and_finishes_when_repeated()
    {
        for (var stopAt = 1; stopAt <= Files; stopAt++)
        {
            using var stop = new CancellationTokenSource();
            var left = stopAt;
            var destination = $"{_repository.Destination}-{stopAt}";

            var stopped = Record.Exception(() => Restore(destination, force: false, verify: false, _ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                    stop.Cancel();
            }, stop.Token));

            Assert.IsType<OperationCanceledException>(stopped, exactMatch: false);
            foreach (var path in Directory.GetFiles(destination))
                Assert.Equal(ContentOf(Path.GetFileName(path)), File.ReadAllText(path));
            Assert.Equal(0, Restore(destination, force: true, verify: true, static _ => { }).ErrorCount);
            Assert.Equal(Names, Directory.GetFileSystemEntries(destination).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach (var name in Names)
                Assert.Equal(ContentOf(name), File.ReadAllText(Path.Combine(destination, name)));
        }
    }

    [Fact]
    public void A_file_that_appears_during_a_restore_is_not_replaced_and_is_named()
    {
        var mine = Path.Combine(_repository.Destination, Names[3]);

        var result = Restore(_repository.Destination, force: false, verify: false, _ => File.WriteAllText(mine, "mine"));

        var error = Assert.Single(result.Errors);
        Assert.Equal(mine, error.Target);
        Assert.Contains(mine, error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(mine));
        Assert.Equal(Names, Directory.GetFileSystemEntries(_repository.Destination).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void With_force_a_file_that_appears_during_a_restore_is_replaced()
    {
        var theirs = Path.Combine(_repository.Destination, Names[3]);

        var result = Restore(_repository.Destination, force: true, verify: true, warning =>
        {
            if (warning.Contains(theirs, StringComparison.Ordinal))
                File.WriteAllText(theirs, "theirs");
        });

        Assert.Equal(0, result.ErrorCount);
        Assert.Equal(ContentOf(Names[3]), File.ReadAllText(theirs));
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("cut short")]
    [InlineData("longer")]
    [InlineData("no longer empty")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Verification_finds_a_file_that_is_not_what_was_written(string damage)
    {
        var victim = Path.Combine(_repository.Destination, damage == "no longer empty" ? Names[0] : Names[3]);

        var result = Restore(_repository.Destination, force: false, verify: true, warning =>
        {
            if (warning.Contains(victim, StringComparison.Ordinal))
                Damage(damage);
        });

        var error = Assert.Single(result.Errors);
        Assert.Equal("VerifyFailed", error.ErrorId);
        Assert.Equal(victim, error.Target);
        Assert.Equal(Files - 1, result.VerifiedFiles);
    }

    private static string[] Names { get; } = [.. Enumerable.Range(0, Files).Select(i => $"file{i:00}")];

    // The first is empty.
    private static string ContentOf(string name) => new((char)('a' + Array.IndexOf(Names, name)), Array.IndexOf(Names, name) * 5000);

    private static TreeEntry WithRefusedAttribute(TreeEntry file) => file with
    {
        Metadata = file.Metadata with { ExtendedAttributes = [new ExtendedAttribute("nobody.takes.this"u8.ToArray(), "x"u8.ToArray())] },
    };

    /// <summary>Damages what is written under the temporary name that is there: with one thread, one. Other programs heed no lock.</summary>
    private void Damage(string damage)
    {
        var script = damage switch
        {
            "changed" => "printf changed | dd of=\"$1\" bs=1 seek=5000 conv=notrunc status=none",
            "cut short" => "truncate -s -1 \"$1\"",
            _ => "printf more >> \"$1\"",
        };
        var victim = Assert.Single(Directory.GetFiles(_repository.Destination, ".rekkord-*"));
        using var shell = Process.Start("sh", ["-euc", script, "sh", victim]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private RestoreResult Restore(string destination, bool force, bool verify, Action<string> warned, CancellationToken cancellation = default)
    {
        using var repository = _repository.Open();
        var request = new RestoreRequest { Snapshot = "hostile", Path = "/root", Destination = destination, Force = force, Verify = verify, Threads = 1 };
        return new RestoreOperation(repository, request, new Observer(warned)).Run(cancellation);
    }

    private sealed class Observer(Action<string> warned) : IRestoreObserver
    {
        public void EntryFailed(RekkordException error)
        {
            // The result has it.
        }

        public void Warn(string message) => warned(message);

        public void Detail(string message)
        {
            // It is counted in a warning.
        }
    }
}

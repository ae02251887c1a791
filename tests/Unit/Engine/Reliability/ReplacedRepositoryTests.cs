using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>
/// The disk with the repository goes away while a command runs, as at <c>umount -l</c>, and something else is under its path. Nothing is
/// written there, and nothing is reported as done.
/// </summary>
public sealed class ReplacedRepositoryTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public ReplacedRepositoryTests() => _repository.Write("file", TestRepository.RandomBytes(1, 100_000));

    private string Away => $"{_repository.Location}.away";

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_save_fails_whenever_the_repository_goes_away_and_nothing_is_below_the_bare_directory() =>
        AtEveryCall(() => _repository.Save(), () => Directory.CreateDirectory(_repository.Location));

    [Fact]
    public void A_save_fails_whenever_a_copy_of_the_repository_takes_its_place()
    {
        var copy = $"{_repository.Location}.copy";
        Directory.CreateDirectory(copy);
        File.Copy(Path.Combine(_repository.Location, "rekkord"), Path.Combine(copy, "rekkord"));

        AtEveryCall(() => _repository.Save(), () => Directory.Move(copy, _repository.Location), () => Directory.Move(_repository.Location, copy));
    }

    [Fact]
    public void A_scan_fails_whenever_the_repository_goes_away()
    {
        _repository.Save();

        AtEveryCall(() => _repository.Scan(), () => Directory.CreateDirectory(_repository.Location));
    }

    [Fact]
    public void A_save_fails_when_the_repository_in_the_same_directory_has_become_another()
    {
        using var other = new TestRepository();

        var error = FailsWhen(call: 5, () => _repository.Save(), () => File.Copy(Path.Combine(other.Location, "rekkord"), Path.Combine(_repository.Location, "rekkord"), overwrite: true));

        Assert.Equal("RepositoryReplaced", error!.ErrorId);
    }

    /// <summary>Runs a command once for each of its calls of the store, each time on the repository as it was.</summary>
    private void AtEveryCall(Action command, Action replace, Action? takeBack = null)
    {
        var before = new DiskState(_repository.Objects("").ToDictionary(path => path, File.ReadAllBytes), [], "before");
        for (var call = 0; ; call++)
        {
            var error = FailsWhen(call, command, () =>
            {
                Directory.Move(_repository.Location, Away);
                replace();
            });
            if (!Directory.Exists(Away))
            {
                Assert.True(call > 5, "The command makes too few calls.");
                return;
            }

            Assert.Equal("RepositoryReplaced", error?.ErrorId);
            Assert.DoesNotContain(Directory.GetFileSystemEntries(_repository.Location), entry => Path.GetFileName(entry) != "rekkord");
            takeBack?.Invoke();
            Directory.Delete(Away, recursive: true);
            before.Write(_repository.Location);
        }
    }

    /// <summary>Runs a command, and something else while it waits for one of its calls of the store.</summary>
    /// <returns>Why the command failed; null when it did not.</returns>
    private RekkordException? FailsWhen(int call, Action command, Action meanwhile)
    {
        _repository.OpenStore = location => new FaultyStore(DirectoryObjectStore.Open(location), faultyCall: call) { Meanwhile = meanwhile };
        try
        {
            command();
            return null;
        }
        catch (RekkordException error)
        {
            return error;
        }
        finally
        {
            _repository.OpenStore = DirectoryObjectStore.Open;
        }
    }
}

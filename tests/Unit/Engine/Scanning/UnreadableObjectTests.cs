using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests.Storage;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>Objects of which the system says that they cannot be read: what does not need them goes on, and a repair tells a lost sector from a lost connection.</summary>
public sealed class UnreadableObjectTests : IDisposable
{
    // As the system numbers them.
    private const int InputOutputError = 5;
    private const int ChecksumOfFileSystem = 74;
    private const int StaleHandle = 116;
    private const int TimedOut = 110;
    private const int NotConnected = 107;

    // Within a pack of several segments.
    private const int Sector = 60_000;

    private readonly TestRepository _repository = new();
    private Func<string, long, long, int?> _fails = static (_, _, _) => null;

    public UnreadableObjectTests()
    {
        _repository.OpenStore = location => new WatchedStore(DirectoryObjectStore.Open(location), (name, offset, length) =>
        {
            if (_fails(name, offset, length) is { } code)
                throw new IOException("It cannot be read", code);
        });
        _repository.UseSmallPacks();
        for (var i = 0; i < 10; i++)
        {
            _repository.Write($"file{i}", TestRepository.RandomBytes(i, 40_000));
            if (i is 4 or 9)
                _repository.Save();
        }
    }

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(InputOutputError)]
    [InlineData(TimedOut)]
    public void An_index_that_cannot_be_read_stops_nothing(int code)
    {
        var index = NameOf(_repository.Objects("index")[0]);
        _fails = (name, _, _) => name == index ? code : null;
        _repository.Write("new", [1, 2, 3]);

        var saved = _repository.Save();

        Assert.Equal(1, saved.NewDataPacks);
        Assert.Contains(_repository.Warnings, warning => warning.Contains(index, StringComparison.Ordinal));
        Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));
        var problem = Assert.Single(_repository.Scan(new ScanRequest { Full = true }).Problems);
        Assert.Equal((ProblemKind.Unreadable, index), (problem.Kind, problem.ObjectName));
    }

    [Theory]
    [InlineData("index")]
    [InlineData("tags")]
    public void What_the_medium_has_lost_and_can_be_made_again_is_made_again_and_put_aside(string folder)
    {
        var lost = NameOf(_repository.Objects(folder)[0]);
        _fails = (name, _, _) => name == lost ? InputOutputError : null;

        _repository.Scan(new ScanRequest { Repair = true });

        Assert.True(File.Exists(Path.Combine(_repository.Location, ObjectName.InQuarantine(lost))));
        Assert.Empty(_repository.Scan().Problems);
        Assert.Equal(2, _repository.Scan().Snapshots);
        Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));
    }

    [Theory]
    [InlineData(InputOutputError, false)]
    [InlineData(InputOutputError, true)]
    [InlineData(ChecksumOfFileSystem, false)]
    public void Of_a_pack_with_a_lost_sector_the_rest_is_salvaged_and_the_next_save_stores_what_was_lost(int code, bool full)
    {
        var pack = NameOf(_repository.Objects("packs").MaxBy(path => new FileInfo(path).Length)!);
        _fails = (name, offset, length) => name == pack && offset <= Sector && offset + length > Sector ? code : null;

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Full = full, Repair = true }).Problems);

        Assert.Equal((ProblemKind.Unreadable, pack), (problem.Kind, problem.ObjectName));
        Assert.StartsWith("moved to", problem.Repair, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_repository.Location, ObjectName.InQuarantine(pack))));
        Assert.InRange(problem.PathCount, 1, 6);
        Assert.InRange(_repository.RestoreAndCompare("test", _repository.Source).Count, 1, 6);
        Directory.Delete(_repository.CacheDirectory, recursive: true);
        _repository.Save();
        Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));
    }

    [Theory]
    [InlineData(TimedOut, "packs")]
    [InlineData(NotConnected, "packs")]
    [InlineData(StaleHandle, "packs")]
    [InlineData(TimedOut, "index")]
    [InlineData(TimedOut, "tags")]
    [InlineData(TimedOut, "snapshots")]
    public void What_a_connection_does_not_give_is_reported_and_stays_where_it_is(int code, string folder)
    {
        var objects = _repository.Objects("packs").Concat(_repository.Objects("snapshots")).ToArray();
        var unread = NameOf(_repository.Objects(folder)[0]);
        _fails = (name, _, _) => name == unread ? code : null;

        var problems = _repository.Scan(new ScanRequest { Repair = true }).Problems;

        Assert.Contains(problems, problem => problem.Kind == ProblemKind.Unreadable && problem.ObjectName == unread && problem.Repair is null);
        Assert.Empty(_repository.Objects("damaged"));
        _fails = static (_, _, _) => null;
        Assert.All(objects, stored => Assert.True(File.Exists(stored)));
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void A_store_that_gives_nothing_any_more_has_nothing_put_aside()
    {
        var pack = NameOf(_repository.Objects("packs")[0]);
        var isGone = false;
        _fails = (name, _, _) => (isGone |= name == pack) && name != "" ? InputOutputError : null;

        Assert.ThrowsAny<Exception>(() => _repository.Scan(new ScanRequest { Repair = true }).Problems.Single(problem => problem.Repair is not null));

        Assert.Empty(_repository.Objects("damaged"));
    }

    [Fact]
    public void What_was_unreadable_for_a_moment_is_left_where_it_is()
    {
        var pack = NameOf(_repository.Objects("packs")[0]);
        var left = 1;
        _fails = (name, _, _) => name == pack && left-- > 0 ? InputOutputError : null;

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems);

        Assert.Contains("left where it is", problem.Repair, StringComparison.Ordinal);
        Assert.Empty(_repository.Objects("damaged"));
    }

    [Fact]
    public void A_save_does_not_rely_on_an_index_that_it_cannot_compare_with_the_packs()
    {
        Directory.Delete(_repository.CacheDirectory, recursive: true);
        var pack = NameOf(_repository.Objects("packs").MaxBy(path => new FileInfo(path).Length)!);
        _fails = (name, _, _) => name == pack ? InputOutputError : null;

        _repository.Save();

        Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));
    }

    private string NameOf(string path) => Path.GetRelativePath(_repository.Location, path).Replace('\\', '/');
}

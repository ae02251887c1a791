using System.Diagnostics;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>
/// Whoever runs the storage puts links, fifos and sockets into the repository's directory. No command opens or follows them, or waits for
/// them; each is reported by its name, and what does not need it goes on. A command that waited would never end here.
/// </summary>
public sealed class HostileStoreTests : IDisposable
{
    private const string Hash = "abababababababababababababababababababababababababababababababab";
    private const string KeyId = "abababababababababababababababab";

    private static readonly string[] Folders = ["packs", "packs/first", "index", "snapshots", "tags", "revoked", "damaged", "tmp"];

    private readonly TestRepository _repository = new();
    private readonly List<string> _warnings = [];
    private readonly List<RekkordException> _errors = [];
    private readonly string _outside;

    public HostileStoreTests()
    {
        _outside = Obstacle.MakeOutside(Path.Combine(Path.GetDirectoryName(_repository.Location)!, "outside"));
        _repository.Write("file", "saved before"u8);
        _repository.Save();
    }

    public static TheoryData<string, string> InThePlaceOfObjects => Combine([$"packs/ab/{Hash}", $"index/{Hash}", $"snapshots/{Hash}", $"tags/{Hash}"], Obstacle.Kinds);

    public static TheoryData<string, string> InThePlaceOfFolders => Combine(Folders, [.. Kinds("link to a directory", "link to a file", "dangling link", "fifo")]);

    public static TheoryData<string> InThePlaceOfRevocations => [.. Kinds("fifo", "link to a file")];

    public static TheoryData<string> InThePlaceOfTheDescriptor => [.. Kinds("fifo", "link to a file", "dangling link")];

    public void Dispose() => _repository.Dispose();

    [Theory]
    [MemberData(nameof(InThePlaceOfObjects))]
    public void One_that_stands_in_the_place_of_an_object_is_reported_and_all_else_goes_on(string place, string kind)
    {
        Obstacle.Make(kind, Path.Combine(_repository.Location, place), _outside);
        var before = Obstacle.Describe(_outside);

        var scan = _repository.Scan();
        RunEveryCommand();

        Assert.Equal((ProblemKind.Obstructed, place), scan.Problems.Select(problem => (problem.Kind, problem.ObjectName)).Single());
        Assert.All(_errors, error => Assert.Equal((StorageException.ObstructedId, place), (error.ErrorId, error.Target)));
        Assert.Equal(TreeListing.Of(_repository.Source), TreeListing.Of(_repository.Destination));
        Assert.Equal(before, Obstacle.Describe(_outside));

        Assert.Contains("damaged/", Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems).Repair, StringComparison.Ordinal);
        Assert.Empty(_repository.Scan().Problems);
        Assert.Equal(before, Obstacle.Describe(_outside));
    }

    [Theory]
    [MemberData(nameof(InThePlaceOfFolders))]
    public void One_that_stands_in_the_place_of_a_folder_is_named_by_whoever_needs_it(string place, string kind)
    {
        if (place == "packs/first")
            place = $"packs/{Path.GetFileName(Directory.GetDirectories(Path.Combine(_repository.Location, "packs"))[0])}";
        var path = Path.Combine(_repository.Location, place);
        if (Directory.Exists(path))
            Directory.Move(path, Path.Combine(_outside, "directory", "moved"));
        Obstacle.Make(kind, path, _outside);
        var before = Obstacle.Describe(_outside);

        RunEveryCommand();
        Try(() => _repository.Scan(new ScanRequest { Repair = true }).Problems.ToList().ForEach(Add));

        Assert.Contains(_errors, error => error.Target == place && error.Message.Contains($"'{place}'", StringComparison.Ordinal));
        Assert.Equal(before, Obstacle.Describe(_outside));
    }

    [Theory]
    [MemberData(nameof(InThePlaceOfRevocations))]
    public void One_in_the_place_of_a_revocation_leaves_the_key_revoked(string kind)
    {
        var (thief, id) = _repository.Derive(KeyRole.ReadWrite, "thief.key");
        var place = $"revoked/{Convert.ToHexStringLower(id)}";
        Obstacle.Make(kind, Path.Combine(_repository.Location, place), _outside);

        var refusal = Assert.ThrowsAny<RekkordException>(() => _repository.Save(Request(), thief));
        _repository.Scan(new ScanRequest { Repair = true });

        Assert.Equal((StorageException.ObstructedId, place), (refusal.ErrorId, refusal.Target));
        Assert.Throws<StorageException>(() => _repository.Save(Request(), thief));
    }

    [Theory]
    [MemberData(nameof(InThePlaceOfTheDescriptor))]
    public void One_in_the_place_of_the_descriptor_is_not_opened(string kind)
    {
        File.Delete(Path.Combine(_repository.Location, "rekkord"));
        Obstacle.Make(kind, Path.Combine(_repository.Location, "rekkord"), _outside);

        Assert.Equal("rekkord", Assert.Throws<StorageException>(() => _repository.Save()).Target);
    }

    [RequiresRootFact]
    public void A_device_in_the_place_of_a_tag_is_not_opened()
    {
        using var made = Process.Start("mknod", [Path.Combine(_repository.Location, "tags", Hash), "c", "1", "5"]);
        made.WaitForExit();

        List();

        Assert.Contains("it is a device", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tmp")]
    [InlineData("rekkord")]
    [InlineData("anything")]
    public void A_directory_with_a_link_in_it_is_not_made_a_repository(string name)
    {
        var root = Directory.CreateDirectory(Path.Combine(_outside, "new")).FullName;
        Obstacle.Make("link to a directory", Path.Combine(root, name), _outside);
        var keyFile = Path.Combine(_outside, "new.key");

        Assert.Equal(RekkordErrorKind.AlreadyExists, Assert.ThrowsAny<RekkordException>(() => RepositoryCreation.Run(root, keyFile, overwriteKeyFile: false)).Kind);
        Assert.False(File.Exists(keyFile));
    }

    [Fact]
    public void A_repositorys_own_path_may_be_a_link()
    {
        var real = $"{_repository.Location}.real";
        Directory.Move(_repository.Location, real);
        Directory.CreateSymbolicLink(_repository.Location, real);

        Assert.False(_repository.Save().IsPartial);
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
    }

    private static IEnumerable<string> Kinds(params string[] kinds) => kinds.Intersect(Obstacle.Kinds);

    private static TheoryData<string, string> Combine(IEnumerable<string> places, string[] kinds)
    {
        var data = new TheoryData<string, string>();
        foreach (var place in places)
        {
            foreach (var kind in kinds)
                data.Add(place, kind);
        }

        return data;
    }

    private SaveRequest Request() => new() { Channel = "thief", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };

    private void RunEveryCommand()
    {
        Try(() => _repository.Save());
        Try(List);
        Try(() => _repository.RestoreSource());
        Try(() => _repository.Scan().Problems.ToList().ForEach(Add));
        Try(() =>
        {
            using var repository = _repository.Open();
            new KeyRevocation(repository, _warnings.Add).Run(Convert.FromHexString(KeyId), null, "", default);
        });
    }

    private void List()
    {
        using var repository = _repository.Open();
        new SnapshotStore(repository).List(_errors.Add, default);
    }

    private void Try(Action command)
    {
        try
        {
            command();
        }
        catch (RekkordException error)
        {
            _errors.Add(error);
        }
    }

    private void Add(RepositoryProblem problem)
    {
        if (problem.Kind == ProblemKind.Obstructed)
            _errors.Add(new RekkordException(StorageException.ObstructedId, RekkordErrorKind.InvalidData, problem.Message, problem.ObjectName));
    }
}

namespace Rekkord.Module.Tests.Commands;

public sealed class SnapshotListTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();
    private readonly string[] _ids;

    public SnapshotListTests()
    {
        _sandbox.Write("file", "content");
        _ids = [.. new[] { "web", "mail", "web" }.Select(channel =>
            _sandbox.Invoke($"Invoke-RekkordSave {channel} $source").Clean().Save.Text("Id")!)];
    }

    [Fact]
    public void Snapshots_are_listed_oldest_first() => Assert.Equal(_ids, List("Get-RekkordSnapshot"));

    [Fact]
    public void A_channel_can_be_given_whole_or_as_a_pattern()
    {
        Assert.Equal([_ids[1]], List("Get-RekkordSnapshot mail"));
        Assert.Equal([_ids[0], _ids[2]], List("Get-RekkordSnapshot w*"));
        Assert.Empty(List("Get-RekkordSnapshot nothing*"));
    }

    [Fact]
    public void An_ID_can_be_shortened() => Assert.Equal([_ids[1]], List($"Get-RekkordSnapshot -Id {_ids[1][..12].ToUpperInvariant()}"));

    [Fact]
    public void Latest_gives_the_newest_of_what_matches()
    {
        Assert.Equal([_ids[2]], List("Get-RekkordSnapshot web -Latest 1"));
        Assert.Equal([_ids[1], _ids[2]], List("Get-RekkordSnapshot -Latest 2"));
    }

    [Fact]
    public void Since_and_Until_include_their_own_instant()
    {
        const string Times = "$times = (Get-RekkordSnapshot).Time; ";
        Assert.Equal([_ids[1], _ids[2]], List(Times + "Get-RekkordSnapshot -Since $times[1]"));
        Assert.Equal([_ids[0], _ids[1]], List(Times + "Get-RekkordSnapshot -Until $times[1]"));
    }

    [Fact]
    public void A_listing_that_is_broken_off_leaves_nothing_open()
    {
        var run = _sandbox.Invoke("foreach ($once in 1) { Get-RekkordSnapshot | ForEach-Object { $_; break } }").Clean();
        Assert.Equal(_ids[0], Assert.Single(run.Output).Text("Id"));
        _sandbox.AssertRepositorySound();
    }

    [Fact]
    public void What_a_listing_opened_is_remembered_and_a_second_one_shows_the_same()
    {
        _sandbox.Invoke("1..13 | ForEach-Object { Invoke-RekkordSave web $source }").Clean();
        var first = List("Get-RekkordSnapshot");
        var tag = Directory.GetFiles(Path.Combine(_sandbox.Repository, "tags"), "*", SearchOption.AllDirectories)[0];
        File.SetAttributes(tag, FileAttributes.Normal);
        File.WriteAllText(tag, "damaged");

        Assert.Equal(16, first.Count);
        Assert.Equal(first, List("Get-RekkordSnapshot"));
    }

    [Fact]
    public void A_damaged_snapshot_is_an_error_of_its_own_and_the_others_are_listed()
    {
        var tag = Directory.GetFiles(Path.Combine(_sandbox.Repository, "tags"), "*", SearchOption.AllDirectories)[0];
        File.SetAttributes(tag, FileAttributes.Normal);
        File.WriteAllText(tag, "damaged");
        var run = _sandbox.Invoke("Get-RekkordSnapshot");
        Assert.Null(run.Ending);
        Assert.Single(run.Errors);
        Assert.Equal(2, run.Output.Count);
    }

    public void Dispose() => _sandbox.Dispose();

    private List<string?> List(string script) => [.. _sandbox.Invoke(script).Clean().Output.Select(snapshot => snapshot.Text("Id"))];
}

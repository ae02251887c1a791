using System.Management.Automation;

namespace Rekkord.Module.Tests.Commands;

public sealed class ItemTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();
    private readonly string _id;

    public ItemTests()
    {
        _sandbox.Write("documents/letter.txt", "content");
        _sandbox.Write("documents/drafts/first.txt", "more content");
        _sandbox.Write("large.bin", new string('x', 5000));
        _id = _sandbox.Save().Clean().Save.Text("Id")!;
    }

    [Fact]
    public void A_snapshot_is_listed_like_a_directory()
    {
        Assert.Equal([_sandbox.Source], Paths("Get-RekkordItem test"));
        Assert.Equal(["/documents", "/large.bin"], Below("Get-RekkordItem test $source"));
        Assert.Equal(["/documents", "/large.bin"], Below("Get-RekkordItem \"test:$source\""));
        Assert.Equal(["/documents", "/documents/drafts", "/documents/letter.txt", "/large.bin"], Below("Get-RekkordItem test $source -Depth 1"));
        Assert.Equal(6, Paths($"Get-RekkordItem {_id[..8]} -Recurse").Count);
    }

    [Fact]
    public void Items_are_filtered_and_found_by_pattern() =>
        Assert.Equal(
            ["/large.bin", "/documents/letter.txt"],
            Below("Get-RekkordItem test -Recurse | Where-Object Size -gt 1kb; Get-RekkordItem test \"$source/doc*/*.txt\""));

    [Fact]
    public void Snapshots_and_items_come_down_the_pipeline()
    {
        _sandbox.Save().Clean();
        Assert.Equal(["/large.bin", "/large.bin"], Below("Get-RekkordSnapshot | Get-RekkordItem -Path \"$source/large.bin\""));
        Assert.Equal(
            ["/documents/drafts", "/documents/letter.txt"],
            Below("Get-RekkordItem test $source | Where-Object Kind -eq Directory | Get-RekkordItem"));
    }

    [Fact]
    public void An_item_has_what_is_known_of_the_file()
    {
        var path = Path.Combine(_sandbox.Source, "large.bin");
        var item = Assert.Single(_sandbox.Invoke("Get-RekkordItem test \"$source/large.bin\"").Clean().Output);

        Assert.Equal((path, "large.bin", _sandbox.Source, ".bin"), (item.Text("Path"), item.Text("Name"), item.Text("Directory"), item.Text("Extension")));
        Assert.Equal(("File", 5000L, _id), (item.Text("Kind"), item.Value("Size"), item.Text("Snapshot")));
        Assert.Equal(File.GetLastWriteTime(path), ((DateTimeOffset)item.Value("ModifiedTime")!).LocalDateTime);
        if (!OperatingSystem.IsWindows())
            Assert.Matches("^-rw-r..r..$", item.Text("Mode"));
    }

    [Fact]
    public void A_path_that_is_not_there_does_not_keep_the_others_from_being_listed()
    {
        var run = _sandbox.Invoke("Get-RekkordItem test \"$source/nowhere\", \"$source/large.bin\"");

        Assert.Null(run.Ending);
        Assert.StartsWith("PathNotInSnapshot", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("large.bin", Assert.Single(run.Output).Text("Name"));
    }

    [Theory]
    [InlineData("Get-RekkordItem nothing", "SnapshotNotFound")]
    [InlineData("Get-RekkordItem :/etc", "SnapshotNotFound")]
    [InlineData("Get-RekkordItem test:/a -Path /b", "PathGivenTwice")]
    [InlineData("New-RekkordKey WriteOnly ./server.key $keyFile | Out-Null; Get-RekkordItem test -KeyFile ./server.key", "KeyRoleInsufficient")]
    public void What_cannot_be_listed_ends_in_an_error_of_its_own(string script, string id)
    {
        var run = _sandbox.Invoke(script);
        Assert.Equal(id, run.EndingId);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_listing_that_is_broken_off_leaves_nothing_open()
    {
        for (var i = 0; i < 400; i++)
            _sandbox.Write($"many/directory{i}/file", "x");
        _sandbox.Save().Clean();

        Assert.Single(_sandbox.Invoke("foreach ($once in 1) { Get-RekkordItem test -Recurse | ForEach-Object { $_; break } }").Clean().Output);
        _sandbox.AssertRepositorySound();
    }

    [Fact]
    public void A_listing_that_is_stopped_ends()
    {
        for (var i = 0; i < 400; i++)
            _sandbox.Write($"many/directory{i}/file", "x");
        _sandbox.Save().Clean();
        // Waiting for an event that never comes ends only when the pipeline is stopped, and so nothing is listed after the first.
        using var shell = _sandbox.Session.Prepare("Get-RekkordItem test -Recurse | ForEach-Object { $_; $started.Set(); Wait-Event never }");
        using var started = new ManualResetEventSlim();
        _sandbox.Session.Set("started", started);
        using var output = new PSDataCollection<PSObject>();
        var running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        started.Wait();

        shell.Stop();

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Single(output);
        _sandbox.AssertRepositorySound();
    }

    public void Dispose() => _sandbox.Dispose();

    private List<string?> Paths(string script) => [.. _sandbox.Invoke(script).Clean().Output.Select(item => item.Text("Path"))];

    private IEnumerable<string> Below(string script) => Paths(script).Select(path => path![_sandbox.Source.Length..]);
}

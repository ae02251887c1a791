namespace Rekkord.Module.Tests.Commands;

public sealed class ComparisonTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();
    private readonly string _first;
    private readonly string _second;

    public ComparisonTests()
    {
        _sandbox.Write("documents/changed", "old");
        _sandbox.Write("documents/removed", "x");
        _sandbox.Write("same/file", "x");
        _first = _sandbox.Save().Clean().Save.Text("Id")!;
        _sandbox.Write("documents/changed", "new content");
        _sandbox.Write("added", "x");
        File.Delete(Path.Combine(_sandbox.Source, "documents/removed"));
        _second = _sandbox.Save().Clean().Save.Text("Id")!;
    }

    [Fact]
    public void What_differs_is_found()
    {
        string[] all = ["Added /added", "Modified /documents/changed", "Removed /documents/removed"];
        Assert.Equal(all, Differences($"Compare-RekkordSnapshot {_first} test"));
        Assert.Equal(all, Differences($"Get-RekkordSnapshot -Latest 1 | Compare-RekkordSnapshot {_first[..8]}"));
        Assert.Equal(all[1..], Differences($"Compare-RekkordSnapshot {_first} test \"$source/documents\""));
        Assert.Equal(all[1..2], Differences($"Compare-RekkordSnapshot \"{_first}:$source/documents/changed\" test"));
        Assert.Empty(Differences("Compare-RekkordSnapshot test test"));
    }

    [Fact]
    public void A_difference_has_both_states()
    {
        var changed = _sandbox.Invoke($"Compare-RekkordSnapshot {_first} test | Where-Object Change -eq Modified").Clean().Output.Single();
        Assert.Equal((3L, 11L), (changed.Value("OldSize"), changed.Value("NewSize")));
        Assert.Equal((_first, _second), (changed.Text("Reference"), changed.Text("Difference")));
        Assert.Contains("Content", changed.Texts("ChangedProperties"));
        Assert.True((DateTimeOffset)changed.Value("OldModifiedTime")! <= (DateTimeOffset)changed.Value("NewModifiedTime")!);

        var added = _sandbox.Invoke($"Compare-RekkordSnapshot {_first} test | Where-Object Change -eq Added").Clean().Output.Single();
        Assert.Null(added.Value("OldSize"));
        Assert.Null(added.Value("OldModifiedTime"));
        Assert.Equal(1L, added.Value("NewSize"));
    }

    [Theory]
    [InlineData("Compare-RekkordSnapshot nothing test", "SnapshotNotFound")]
    [InlineData("Compare-RekkordSnapshot :/etc test", "SnapshotNotFound")]
    [InlineData("Compare-RekkordSnapshot test:/a test -Path /b", "PathGivenTwice")]
    public void What_cannot_be_compared_ends_in_an_error_of_its_own(string script, string id) => Assert.Equal(id, _sandbox.Invoke(script).EndingId);

    [Fact]
    public void A_path_that_neither_has_is_an_error()
    {
        var run = _sandbox.Invoke("Compare-RekkordSnapshot test test /nowhere");
        Assert.StartsWith("PathNotInSnapshot", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_that_is_broken_off_leaves_nothing_open()
    {
        Assert.Single(_sandbox.Invoke($"foreach ($once in 1) {{ Compare-RekkordSnapshot {_first} test | ForEach-Object {{ $_; break }} }}").Clean().Output);
        _sandbox.AssertRepositorySound();
    }

    public void Dispose() => _sandbox.Dispose();

    private IEnumerable<string> Differences(string script) =>
        _sandbox.Invoke(script).Clean().Output.Select(found => $"{found.Text("Change")} {found.Text("Path")![_sandbox.Source.Length..]}");
}

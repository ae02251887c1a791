namespace Rekkord.Module.Tests.Commands;

public sealed class RestoreTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();
    private readonly string _id;

    public RestoreTests()
    {
        _sandbox.Write("file", "content");
        _sandbox.Write("folder/inner", "inner content");
        _id = _sandbox.Save().Clean().Save.Text("Id")!;
        _sandbox.Session.Set("id", _id);
    }

    [Theory]
    [InlineData("Restore-RekkordSnapshot \"test:$source\" $destination")]
    [InlineData("Restore-RekkordSnapshot \"${id}:$source\" $destination -Verify")]
    [InlineData("Restore-RekkordSnapshot \"$($id.Substring(0, 10)):$source\" -Destination ./destination")]
    public void A_directory_comes_back_as_it_was(string command)
    {
        var result = Assert.Single(_sandbox.Invoke(command).Clean().OfType("RekkordRestoreResult"));
        Assert.Equal("Succeeded", result.Text("Status"));
        Assert.Equal("content", File.ReadAllText(Path.Combine(_sandbox.Destination, "file")));
        Assert.Equal("inner content", File.ReadAllText(Path.Combine(_sandbox.Destination, "folder/inner")));
        Assert.Equal(["file", "folder"], Directory.GetFileSystemEntries(_sandbox.Destination).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("SnapshotNotFound", "Restore-RekkordSnapshot nothing $destination")]
    [InlineData("SnapshotNotFound", "Restore-RekkordSnapshot :/etc $destination")]
    [InlineData("PathNotInSnapshot", "Restore-RekkordSnapshot test:/no/such/path $destination")]
    [InlineData("KeyFileNotFound", "Restore-RekkordSnapshot test $destination -KeyFile ./missing.key")]
    [InlineData("NotARepository", "Restore-RekkordSnapshot test $destination -Repository $source")]
    [InlineData("OwnerGivenTwice", "Restore-RekkordSnapshot test $destination -NoOwner -NumericOwner")]
    public void What_cannot_be_restored_is_an_error_and_no_destination_is_made(string id, string command)
    {
        Assert.Equal(id, _sandbox.Invoke(command).EndingId);
        Assert.False(Directory.Exists(_sandbox.Destination));
    }

    [Fact]
    public void What_is_left_out_is_counted_in_a_warning_and_named_with_verbose()
    {
        var run = _sandbox.Invoke("Restore-RekkordSnapshot \"test:$source\" $destination -NoOwner -NoSpecial -Verbose");

        Assert.Empty(run.Errors);
        Assert.Equal("Succeeded", Assert.Single(run.OfType("RekkordRestoreResult")).Text("Status"));
        Assert.StartsWith("Left out, as asked: owners (4)", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.Contains(run.Verbose, line => line.Contains("folder/inner", StringComparison.Ordinal));
        Assert.DoesNotContain(_sandbox.Invoke("Restore-RekkordSnapshot test ./again -NoOwner").Verbose, line => line.Contains("inner", StringComparison.Ordinal));
    }

    public void Dispose() => _sandbox.Dispose();
}

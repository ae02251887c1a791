namespace Rekkord.Module.Tests.Commands;

/// <summary>Every command that takes a snapshot says the same about which one is meant.</summary>
public sealed class SnapshotNamingTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();
    private readonly string _other;
    private readonly string _name;
    private readonly string _filed;

    public SnapshotNamingTests()
    {
        _sandbox.Write("file", "of the other channel");
        _other = Save("other");
        _name = _other[..6];
        _sandbox.Write("file", "of the channel that is named like an ID");
        _filed = Save(_name);
    }

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("Restore-RekkordSnapshot NAME $destination")]
    [InlineData("Get-RekkordItem NAME")]
    [InlineData("Compare-RekkordSnapshot NAME other")]
    [InlineData("Compare-RekkordSnapshot other NAME")]
    public void A_name_that_may_be_two_things_is_an_error(string line) =>
        Assert.Equal("SnapshotAmbiguous", _sandbox.Invoke(line.Replace("NAME", _name, StringComparison.Ordinal)).EndingId);

    [Fact]
    public void A_prefix_says_which_is_meant_in_every_command()
    {
        var (id, channel) = ($"id:{_name}", $"channel:{_name}");

        Assert.Equal(_filed, Only($"Restore-RekkordSnapshot {channel} $destination", "Snapshot"));
        Assert.Equal(_other, Only($"Restore-RekkordSnapshot {id}:$source $destination -Force", "Snapshot"));
        Assert.Equal("of the other channel", File.ReadAllText(Path.Combine(_sandbox.Destination, "file")));
        Assert.Equal(_filed, Only($"Get-RekkordItem {channel}:$source/file", "Snapshot"));
        Assert.Equal(_other, Only($"Get-RekkordItem {id} $source/file", "Snapshot"));
        Assert.Equal(_other, Only($"Compare-RekkordSnapshot {id} {channel} $source/file", "Reference"));
        Assert.Equal(_filed, Only($"Compare-RekkordSnapshot {id} {channel} $source/file", "Difference"));
        Assert.Equal(_filed, Only($"Get-RekkordSnapshot {channel}", "Id"));
        Assert.Equal(_other, Only($"Get-RekkordSnapshot {id}", "Id"));
    }

    [Fact]
    public void What_comes_down_a_pipeline_is_the_very_snapshot()
    {
        Save("third");

        Assert.Equal(_other, Only("Get-RekkordSnapshot other | Restore-RekkordSnapshot -Destination $destination", "Snapshot"));
        Assert.Equal(_other, Only("Get-RekkordSnapshot other | Get-RekkordItem -Path $source/file", "Snapshot"));
        Assert.Equal(_other, Only("Get-RekkordSnapshot other | Compare-RekkordSnapshot third -Path $source/file", "Difference"));
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("id")]
    [InlineData("Channel")]
    public void No_save_takes_a_channel_that_would_mean_two_things(string channel) =>
        Assert.Equal("ChannelInvalid", _sandbox.Invoke($"Invoke-RekkordSave {channel} $source").EndingId);

    [Fact]
    public void A_channel_with_wildcards_in_its_name_is_listed_by_that_name()
    {
        Save("db1");
        var literal = Save("'db[1]'");

        Assert.Contains(literal, _sandbox.Invoke("Get-RekkordSnapshot 'db[1]'").Clean().Output.Select(snapshot => snapshot.Text("Id")));
        Assert.Equal(literal, Only("Get-RekkordSnapshot 'channel:db[1]'", "Id"));
        Assert.Equal(literal, Only("Restore-RekkordSnapshot 'db[1]' $destination", "Snapshot"));
    }

    [Fact]
    public void A_list_shows_when_a_snapshot_was_stored_and_warns_when_one_has_lost_its_tag()
    {
        var listed = _sandbox.Invoke("Get-RekkordSnapshot other | ForEach-Object { $_.StoredTime - $_.Time; $_.IsTimeDoubtful }").Clean();
        Assert.InRange((TimeSpan)listed.Output[0].BaseObject, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Assert.False((bool)listed.Output[1].BaseObject);
        Assert.Empty(listed.Warnings);

        File.Delete(Directory.GetFiles(Path.Combine(_sandbox.Repository, "tags"))[0]);

        Assert.Contains("Invoke-RekkordScan -Repair", Assert.Single(_sandbox.Invoke("Get-RekkordSnapshot").Clean().Warnings), StringComparison.Ordinal);
    }

    private string Save(string channel) => _sandbox.Invoke($"Invoke-RekkordSave {channel} $source").Clean().Save.Text("Id")!;

    private string? Only(string script, string property) => Assert.Single(_sandbox.Invoke(script).Clean().Output).Text(property);
}

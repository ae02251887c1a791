namespace Rekkord.Module.Tests.Commands;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class NewKeyTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();

    private string Key => Path.Combine(_sandbox.Base, "new.key");

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("ReadWrite")]
    [InlineData("WriteOnly")]
    [InlineData("LogOnly")]
    [InlineData("Prune")]
    public void Makes_a_keyfile_of_the_role_without_the_repository(string role)
    {
        _sandbox.Write("file", "content");
        _sandbox.Save().Clean();
        Directory.Move(_sandbox.Repository, _sandbox.Repository + ".away");

        var made = Assert.Single(_sandbox.Invoke($"New-RekkordKey {role} ./new.key $keyFile").Clean().Output);

        Directory.Move(_sandbox.Repository + ".away", _sandbox.Repository);
        Assert.Equal((role, Key, false), (made.Text("Role"), made.Text("KeyFile"), made.Value("HasPassphrase")));
        Assert.Matches("^[0-9a-f]{32}$", made.Text("Id")!);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
        var verbose = _sandbox.Invoke("try { Get-RekkordSnapshot -KeyFile ./new.key -Verbose } catch { }").Verbose;
        Assert.Contains(verbose, line => line.Contains(role, StringComparison.Ordinal) && line.Contains(made.Text("Id")!, StringComparison.Ordinal));
    }

    [Fact]
    public void A_snapshot_shows_the_ID_of_the_key_that_signed_it_and_two_keys_do_not_store_the_same_file_twice()
    {
        _sandbox.Write("file", "content");
        var ids = new List<string>();
        foreach (var name in new[] { "one", "two" })
        {
            ids.Add(_sandbox.Invoke($"New-RekkordKey WriteOnly ./{name}.key $keyFile").Clean().Output[0].Text("Id")!);
            var saved = _sandbox.Invoke($"Invoke-RekkordSave test $source -KeyFile ./{name}.key").Clean().Save;
            Assert.Equal(name == "one", saved.Number("AddedSize") > 0);
        }

        Assert.Equal(ids, _sandbox.Invoke("Get-RekkordSnapshot").Clean().Output.Select(snapshot => snapshot.Text("KeyId")));
        Assert.NotEqual(ids[0], ids[1]);
    }

    [Fact]
    public void A_file_that_exists_is_kept_and_replaced_with_Force()
    {
        File.WriteAllText(Key, "something");

        Assert.Equal("KeyFileExists", _sandbox.Invoke("New-RekkordKey LogOnly ./new.key $keyFile").EndingId);
        Assert.Equal("something", File.ReadAllText(Key));

        _sandbox.Invoke("New-RekkordKey LogOnly ./new.key $keyFile -Force").Clean();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
        _sandbox.Invoke("Get-RekkordSnapshot -KeyFile ./new.key").Clean();
    }

    [Theory]
    [InlineData("$keyFile", "$keyFile")]
    [InlineData("$keyFile", "./link.key")]
    [InlineData("./copy.key", "$keyFile")]
    public void The_master_keyfile_is_never_replaced_also_not_with_Force_and_under_another_name(string outFile, string masterKeyFile)
    {
        File.CreateSymbolicLink(Path.Combine(_sandbox.Base, "link.key"), _sandbox.KeyFile);
        File.Copy(_sandbox.KeyFile, Path.Combine(_sandbox.Base, "copy.key"));
        var before = File.ReadAllBytes(_sandbox.KeyFile);

        Assert.Equal("KeyFileIsMaster", _sandbox.Invoke($"New-RekkordKey LogOnly {outFile} {masterKeyFile} -Force").EndingId);

        Assert.Equal(before, File.ReadAllBytes(_sandbox.KeyFile));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(_sandbox.Base, "copy.key")));
    }

    [Fact]
    public void A_master_keyfile_can_only_be_made_with_its_repository()
    {
        var run = _sandbox.Invoke("New-RekkordKey Master ./new.key $keyFile");

        Assert.Equal("ParameterArgumentValidationError", run.EndingId);
        Assert.False(File.Exists(Key));
    }
}

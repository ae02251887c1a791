using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Retrying;
using Rekkord.Engine.Storage.Sftp;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>What OpenSSH's server, the way to it and those in between can do to a store.</summary>
[SupportedOSPlatform("linux")]
public sealed class SftpServerTests : IDisposable
{
    private static readonly byte[] Content = "some content"u8.ToArray();

    private readonly Lazy<SshServer> _server = new(() => new SshServer());

    private SshServer Server => _server.Value;

    public void Dispose()
    {
        if (_server.IsValueCreated)
            _server.Value.Dispose();
    }

    [RequiresProgramFact("sshd")]
    public async Task An_unknown_host_is_refused_with_its_fingerprint_and_the_line_to_add()
    {
        Server.Know(null);

        var error = await FailAsync(Server.Options);

        Assert.Equal(("SftpHostKeyUnknown", RekkordErrorKind.Security), (error.ErrorId, error.Kind));
        Assert.Contains(Server.HostFingerprint, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{Server.KnownName} {Server.HostKey}", error.Message, StringComparison.Ordinal);

        Server.Know(Server.HostKey);
        using var store = await CreateAsync(Server.Options);
    }

    [RequiresProgramFact("sshd")]
    public async Task A_host_with_another_key_than_before_is_refused_loudly()
    {
        Server.MakeKey("other", "ed25519");
        Server.Know(string.Join(' ', File.ReadAllText(Server.FilePath("other.pub")).Split(' ')[..2]));

        var error = await FailAsync(Server.Options);

        Assert.Equal("SftpHostKeyChanged", error.ErrorId);
        Assert.StartsWith("WARNING", error.Message, StringComparison.Ordinal);
        Assert.Contains(Server.HostFingerprint, error.Message, StringComparison.Ordinal);
        Assert.Contains(Server.FilePath("known_hosts"), error.Message, StringComparison.Ordinal);
    }

    [RequiresProgramFact("sshd")]
    public async Task A_revoked_key_is_refused()
    {
        File.WriteAllText(Server.FilePath("known_hosts"), $"{Server.KnownName} {Server.HostKey}\n@revoked * {Server.HostKey}\n");

        Assert.Equal("SftpHostKeyRevoked", (await FailAsync(Server.Options)).ErrorId);
    }

    [RequiresProgramFact("sshd")]
    public async Task A_fingerprint_decides_alone()
    {
        Server.Know(null);
        using (await CreateAsync(Server.Options with { Fingerprint = Server.HostFingerprint }))
        {
        }

        Server.Know(Server.HostKey);
        var error = await FailAsync(Server.Options with { Fingerprint = "SHA256:" + new string('A', 43) });
        Assert.Equal("SftpHostKeyChanged", error.ErrorId);
        Assert.Contains(Server.HostFingerprint, error.Message, StringComparison.Ordinal);
    }

    [RequiresProgramTheory("sshd")]
    [InlineData("rsa", "")]
    [InlineData("ecdsa", "")]
    [InlineData("ed25519", "a 'quoted' passphrase")]
    public async Task A_key_of_any_kind_lets_in(string type, string passphrase)
    {
        var key = Server.MakeKey($"one-{type}", type, passphrase);

        using var store = await CreateAsync(Server.Options with { KeyFile = key, KeyPassphrase = passphrase.Length == 0 ? null : passphrase });

        Assert.True(await store.PutAsync("object", ObjectContent.From(Content), PutMode.Create, default));
    }

    [RequiresProgramTheory("sshd")]
    [InlineData(null)]
    [InlineData("not the right one")]
    public async Task A_key_whose_passphrase_is_not_known_is_told(string? passphrase)
    {
        var key = Server.MakeKey("encrypted", "ed25519", "the right one");

        var error = await FailAsync(Server.Options with { KeyFile = key, KeyPassphrase = passphrase });

        Assert.Contains(error.ErrorId, new[] { "SftpKeyUnusable", "SftpAuthenticationFailed" });
        Assert.DoesNotContain("right one", error.ToString(), StringComparison.Ordinal);
    }

    [RequiresProgramFact("sshd")]
    public async Task A_wrong_password_is_told_and_not_repeated_in_the_message()
    {
        var error = await FailAsync(Server.Options with { KeyFile = null, Password = "a wrong password" });

        Assert.Equal(("SftpAuthenticationFailed", RekkordErrorKind.PermissionDenied, false), (error.ErrorId, error.Kind, error.IsTransient));
        Assert.DoesNotContain("a wrong password", error.ToString(), StringComparison.Ordinal);
    }

    [RequiresProgramFact("/usr/lib/openssh/sftp-server")]
    public async Task A_password_reaches_ssh_when_it_asks_and_is_in_no_environment()
    {
        // In the place of ssh: it asks as ssh does, and serves only who knows.
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["ssh"], "env > '" + directory["environment"] + "'\n"
            + "[ \"$(\"$SSH_ASKPASS\" \"someone@host's password: \")\" = 'it is $(secret)' ] && exec /usr/lib/openssh/sftp-server\necho 'Permission denied (password).' >&2\nexit 255\n");
        var settings = new SftpOptions { Command = $"/bin/sh \"{directory["ssh"]}\"", Password = "it is $(secret)" };

        using var store = await SftpObjectStore.CreateOrOpenAsync(new SftpLocation("host", null, null, directory["store"]), settings, default);

        Assert.Null(await store.FindAsync("object", default));
        Assert.DoesNotContain("secret", File.ReadAllText(directory["environment"]), StringComparison.Ordinal);

        // What it came out of is gone while the session lasts: a process that is killed leaves nothing.
        var asked = Path.GetDirectoryName(File.ReadLines(directory["environment"]).Single(line => line.StartsWith("SSH_ASKPASS=", StringComparison.Ordinal))[12..])!;
        Assert.StartsWith(Path.Combine(Path.GetTempPath(), "rekkord-ssh-"), asked, StringComparison.Ordinal);
        Assert.False(Directory.Exists(asked));
    }

    [RequiresProgramFact("sshd")]
    public async Task What_a_process_left_that_was_killed_while_it_connected_is_removed()
    {
        var old = Leave(TimeSpan.FromHours(2));
        var young = Leave(TimeSpan.FromMinutes(5));
        var shared = Leave(TimeSpan.FromHours(2));
        File.SetUnixFileMode(shared, (UnixFileMode)0x1FF);
        try
        {
            using (await CreateAsync(Server.Options with { Fingerprint = Server.HostFingerprint }))
                Assert.False(Directory.Exists(old));
            Assert.True(Directory.Exists(young), "Another process may be about to connect.");
            Assert.True(Directory.Exists(shared), "Somebody else may have put links there.");
        }
        finally
        {
            Directory.Delete(young, recursive: true);
            Directory.Delete(shared, recursive: true);
        }

        static string Leave(TimeSpan ago)
        {
            var left = Directory.CreateTempSubdirectory("rekkord-ssh-").FullName;
            File.WriteAllText(Path.Combine(left, "ask"), "");
            Directory.SetLastWriteTimeUtc(left, DateTime.UtcNow - ago);
            return left;
        }
    }

    [RequiresProgramFact("sshd")]
    public async Task Names_of_the_clients_configuration_are_understood()
    {
        var configuration = Server.FilePath("ssh_config");
        File.WriteAllText(configuration, $"Host nas\n HostName 127.0.0.1\n HostKeyAlias {Server.KnownName}\n Port {Server.Port}\n User {Environment.UserName}\n IdentityFile {Server.UserKey}\n");

        using var store = await SftpObjectStore.CreateOrOpenAsync(
            SftpLocation.Parse($"nas:{Server.NewPath()}"), new SftpOptions { Command = Server.Command(configuration) }, default);

        Assert.True(await store.PutAsync("object", ObjectContent.From(Content), PutMode.Create, default));
    }

    [RequiresProgramFact("sshd")]
    public async Task After_a_connection_was_cut_the_next_one_goes_on()
    {
        var notes = new List<string>();
        using var store = new RetryingStore(await CreateAsync(Server.Options), new RetryPolicy { FirstPause = TimeSpan.FromMilliseconds(1) }, notes.Add);
        var bytes = TestRepository.RandomBytes(1, 6 * 1024 * 1024);
        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);
        using var reader = await store.OpenReadAsync("packs/ab/one", 0, default);
        var read = new byte[bytes.Length];
        await reader.ReadExactlyAsync(read.AsMemory(0, 1_000_000));

        Server.SignalSessions("-KILL");

        Assert.True(await store.PutAsync("packs/ab/two", ObjectContent.From(bytes), PutMode.Create, default));
        await reader.ReadExactlyAsync(read.AsMemory(1_000_000));
        Assert.True(bytes.AsSpan().SequenceEqual(read));
        Assert.Contains(notes, note => note.Contains("is lost", StringComparison.Ordinal));
    }

    [RequiresProgramFact("sshd")]
    public async Task A_server_that_answers_nothing_is_given_up()
    {
        using var store = await CreateAsync(Server.Options with { Timeout = TimeSpan.FromSeconds(1) });
        Server.SignalSessions("-STOP");

        var error = await Assert.ThrowsAsync<StorageException>(async () => await store.FindAsync("object", default));

        Assert.True(error.IsTransient);
        Assert.Contains("has not answered for 1 seconds", error.Message, StringComparison.Ordinal);
        Assert.Null(await store.FindAsync("object", default));
    }

    [RequiresProgramFact("sshd")]
    public async Task A_call_that_hangs_ends_when_it_is_cancelled()
    {
        var store = await CreateAsync(Server.Options);
        Server.SignalSessions("-STOP");
        using var stop = new CancellationTokenSource();
        var put = store.PutAsync("packs/ab/one", ObjectContent.From(new byte[20 * 1024 * 1024]), PutMode.Create, stop.Token).AsTask();
        var read = store.ReadAsync("object", 100, stop.Token).AsTask();
        Assert.False(put.IsCompleted);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        store.Dispose();
    }

    [RequiresProgramFact("sshd")]
    public async Task Links_and_fifos_in_the_place_of_objects_are_not_followed()
    {
        var path = Server.NewPath();
        using var store = await SftpObjectStore.CreateOrOpenAsync(Server.At(path), Server.Options, default);
        var elsewhere = Directory.CreateDirectory(Server.NewPath()).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "object"), "of somebody");
        Directory.CreateDirectory(Path.Combine(path, "tags"));
        File.CreateSymbolicLink(Path.Combine(path, "tags", "link"), Path.Combine(elsewhere, "object"));
        TestProgram.Run("mkfifo", Path.Combine(path, "tags", "fifo"));
        Directory.CreateSymbolicLink(Path.Combine(path, "packs"), elsewhere);

        foreach (var name in new[] { "tags/link", "tags/fifo", "packs/object" })
            Assert.Equal("ObjectObstructed", (await Assert.ThrowsAsync<StorageException>(async () => await store.ReadAsync(name, 100, default))).ErrorId);
        await Assert.ThrowsAsync<StorageException>(async () => await store.DeleteAsync("tags/link", default));
        await Assert.ThrowsAsync<StorageException>(async () => await store.PutAsync("packs/new", ObjectContent.From(Content), PutMode.Create, default));
        Assert.Equal(["packs", "tags/fifo", "tags/link"], store.List("", default).Where(found => found.Obstacle is not null).Select(found => found.Name));
        Assert.Equal("of somebody", File.ReadAllText(Path.Combine(elsewhere, "object")));
        Assert.Single(Directory.GetFileSystemEntries(elsewhere));
    }

    [RequiresProgramFact("sshd")]
    public async Task A_server_that_only_takes_new_files_is_enough_to_write_to()
    {
        using var server = new SshServer("ForceCommand internal-sftp -P remove,rename,posix-rename,rmdir,setstat,fsetstat,symlink");
        var path = server.NewPath();
        using var store = await SftpObjectStore.CreateOrOpenAsync(server.At(path), server.Options, default);

        Assert.True(await store.PutAsync("packs/ab/one", ObjectContent.From(Content), PutMode.Create, default));
        Assert.False(await store.PutAsync("packs/ab/one", ObjectContent.From("other"u8.ToArray()), PutMode.Create, default));
        Assert.Equal("RepositoryAccessDenied", (await Assert.ThrowsAsync<StorageException>(async () => await store.PutAsync("packs/ab/one", ObjectContent.From(Content), PutMode.Replace, default))).ErrorId);
        Assert.Equal("RepositoryAccessDenied", (await Assert.ThrowsAsync<StorageException>(async () => await store.DeleteAsync("packs/ab/one", default))).ErrorId);
        Assert.Equal(["packs/ab/one"], store.List("", default).Select(found => found.Name));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(path, "packs/ab/one")) & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
    }

    [RequiresMountFact("sshd")]
    public async Task A_full_disk_of_the_server_is_named_and_takes_objects_again_when_it_has_room()
    {
        var path = Server.NewPath();
        Directory.CreateDirectory(path);
        TestProgram.Run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", path);
        try
        {
            using var store = await SftpObjectStore.CreateOrOpenAsync(Server.At(path), Server.Options, default);
            await store.PutAsync("packs/ab/one", ObjectContent.From(new byte[1_500_000]), PutMode.Create, default);

            var error = await Assert.ThrowsAsync<StorageException>(async () => await store.PutAsync("packs/ab/two", ObjectContent.From(new byte[1_500_000]), PutMode.Create, default));

            Assert.Equal(("RepositoryFull", false), (error.ErrorId, error.IsTransient));
            Assert.Equal(["packs/ab/one"], store.List("", default).Select(found => found.Name));
            await store.DeleteAsync("packs/ab/one", default);
            Assert.True(await store.PutAsync("packs/ab/two", ObjectContent.From(new byte[1_500_000]), PutMode.Create, default));
        }
        finally
        {
            TestProgram.Run("umount", "--lazy", path);
        }
    }

    [RequiresProgramFact("sshd")]
    public async Task Few_requests_are_made()
    {
        using var store = (SftpObjectStore)await CreateAsync(Server.Options);
        Assert.InRange(store.Requests, 5, 20);
        await store.PutAsync("packs/ab/one", ObjectContent.From(Content), PutMode.Create, default);

        await AssertRequestsAsync(store, 6, async () => await store.PutAsync("packs/ab/two", ObjectContent.From(Content), PutMode.Create, default));
        await AssertRequestsAsync(store, 4, async () => await store.ReadAsync("packs/ab/two", 100, default));
        await AssertRequestsAsync(store, 4, async () => await store.ReadAsync("packs/ab/two", [new ObjectRange(0, new byte[4]), new ObjectRange(6, new byte[4])], default));
        await AssertRequestsAsync(store, 1, async () => await store.FindAsync("packs/ab/two", default));

        // For each folder: open, read twice at once, read what is left out, and close; and a look at the first.
        await AssertRequestsAsync(store, 11, async () => await store.ListAsync("packs/", default).CountAsync());
    }

    [Fact]
    public async Task A_server_that_speaks_something_else_is_told()
    {
        var error = await Assert.ThrowsAsync<StorageException>(async () => await SftpObjectStore.OpenAsync(
            new SftpLocation("host", null, null, "/x"), new SftpOptions { Command = "/bin/sh -c \"echo Welcome to our server; sleep 10\"" }, default));

        Assert.Equal("SftpProtocolError", error.ErrorId);
    }

    [Fact]
    public async Task A_client_that_is_missing_is_told()
    {
        var error = await Assert.ThrowsAsync<StorageException>(async () => await SftpObjectStore.OpenAsync(
            new SftpLocation("host", null, null, "/x"), new SftpOptions { Command = "no-such-ssh -J jump" }, default));

        Assert.Equal("SshNotFound", error.ErrorId);
    }

    private static async Task AssertRequestsAsync(SftpObjectStore store, int most, Func<Task> call, [CallerArgumentExpression(nameof(call))] string? text = null)
    {
        var before = store.Requests;
        await call();
        Assert.True(store.Requests - before <= most, $"{text} made {store.Requests - before} requests.");
    }

    private async Task<IObjectStore> CreateAsync(SftpOptions settings) => await SftpObjectStore.CreateOrOpenAsync(Server.At(Server.NewPath()), settings, default);

    private async Task<StorageException> FailAsync(SftpOptions settings) => await Assert.ThrowsAsync<StorageException>(async () => await CreateAsync(settings));
}

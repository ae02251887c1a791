using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Azure;
using Rekkord.Engine.Storage.Retrying;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>A repository in a container, used as a user would, over a good line and a bad one.</summary>
[Collection(nameof(Azurite))]
public sealed class AzureRepositoryTests(Azurite server) : ISaveObserver, IRestoreObserver, IDisposable
{
    private const int ContentLength = 80 * 1024 * 1024;

    private static readonly RetryPolicy Quick = new() { Attempts = 5, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(5) };

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _directory.Dispose();

    [RequiresProgramFact(Azurite.Program)]
    public void A_repository_is_made_saved_to_scanned_listed_and_restored()
    {
        var location = Initialize();
        Write("a", 1, 3_000_000);
        Write("b", 2, 100);

        var first = Save(location);
        var again = Save(location);

        Assert.Equal((0, 0), (again.NewDataPacks, again.NewMetadataPacks));
        Assert.Empty(Scan(location).Problems);
        using (var repository = Open(location))
            Assert.Equal([first.Snapshot.Id, again.Snapshot.Id], new SnapshotStore(repository).List(_ => { }, default).Select(snapshot => snapshot.Id));
        AssertRestored(location);
        Assert.Equal("RepositoryExists", Fail(() => Initialize(location)).ErrorId);
    }

    [RequiresProgramFact(Azurite.Program)]
    public void With_the_token_of_the_document_a_repository_is_made_saved_to_scanned_and_restored()
    {
        var options = With(new AzureOptions { SasToken = Azurite.TokenFor("rcl"), Endpoint = server.Endpoint });
        var location = Initialize(options: options);
        Write("a", 1, 100_000);
        Save(location, options);
        Write("b", 2, 100_000);
        Save(location, options);

        Assert.Empty(Scan(location, options: options).Problems);
        AssertRestored(location, options);
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task A_damaged_pack_is_found_set_aside_and_stored_again()
    {
        var location = Initialize();
        Write("a", 1, 1_000_000);
        Save(location);
        using (var store = AzureObjectStore.Open(AzureLocation.Parse(location), server.Options))
        {
            var pack = store.List("packs/", default).MaxBy(found => found.Size)!;
            var bytes = await store.ReadAsync(pack.Name, int.MaxValue, default);
            bytes[1000] ^= 1;
            await store.PutAsync(pack.Name, ObjectContent.From(bytes), PutMode.Replace, default);
        }

        Assert.NotEmpty(Scan(location).Problems);
        Scan(location, repair: true);
        Save(location);

        Assert.Empty(Scan(location).Problems);
        AssertRestored(location);
    }

    [RequiresProgramFact(Azurite.Program)]
    public void A_repository_that_is_to_be_kept_is_not_made_where_nothing_is_kept()
    {
        Assert.False(ObjectStore.MayRetain(server.NewLocation()));
        Assert.Equal("RetentionUnsupported", Fail(() => Initialize(options: With(server.Options) with { RetainDuration = TimeSpan.FromDays(1) })).ErrorId);
    }

    [RequiresProgramFact(Azurite.Program)]
    public void What_was_stored_before_the_line_was_cut_for_good_is_not_stored_again()
    {
        var location = Initialize();
        Write("large", 3, ContentLength);
        using var proxy = new MisbehavingProxy(server.Port);

        // One connection lives long enough for a pack; afterwards there is no server any more.
        proxy.Fault = number => number == 0 ? new ProxyFault { CutAfterSending = ContentLength * 3 / 4 } : new ProxyFault { CutAfterSending = 0 };
        var error = Fail(() => Save(location, Behind(proxy) with { Connections = 1 }));
        Assert.True(Assert.IsType<StorageException>(error).IsTransient);
        var result = Save(location);

        Assert.InRange(result.NewDataPacks, 0, PacksOf(location) - 2);
        Assert.Empty(Scan(location).Problems);
        AssertRestored(location);
    }

    [RequiresProgramFact(Azurite.Program)]
    public void A_save_and_a_restore_over_a_bad_line_are_right()
    {
        var location = Initialize();
        Write("large", 4, ContentLength / 4);
        using var proxy = new MisbehavingProxy(server.Port);

        proxy.Fault = static number => number switch
        {
            0 => new ProxyFault { CutAfterSending = 1_000_000 },
            1 => ProxyFault.Busy,
            2 => new ProxyFault { CutAfterReceiving = 10 },
            _ => null,
        };
        Save(location, Behind(proxy));
        Assert.InRange(Retries(), 3, 10);
        proxy.Fault = static number => number switch
        {
            0 => new ProxyFault { CutAfterReceiving = 500_000 },
            1 => ProxyFault.Busy,
            2 => new ProxyFault { CutAfterSending = 20 },
            _ => null,
        };
        AssertRestored(location, Behind(proxy));
        Assert.InRange(Retries(), 1, 10);
        Assert.Empty(Scan(location).Problems);
    }

    /// <summary>An answer that was lost may be one of a put that was done: it is not taken for somebody else's.</summary>
    [RequiresProgramFact(Azurite.Program)]
    public async Task A_put_whose_answer_was_lost_made_its_object()
    {
        using var proxy = new MisbehavingProxy(server.Port);
        using var store = new RetryingStore(OpenStore(server.NewLocation(), proxy), Quick, Note);
        proxy.Fault = static number => number == 0 ? new ProxyFault { CutAfterReceiving = 1 } : null;

        Assert.True(await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default));

        Assert.Equal(1, Retries());
        Assert.Equal([1], await store.ReadAsync("tags/one", 1, default));
        Assert.False(await store.PutAsync("tags/one", ObjectContent.From(new byte[] { 2 }), PutMode.Create, default));
    }

    [RequiresProgramTheory(Azurite.Program)]
    [InlineData("404 Not Found", "ContainerNotFound", "ContainerNotFound")]
    [InlineData("409 Conflict", "ContainerBeingDeleted", "ContainerNotFound")]
    [InlineData("403 Forbidden", "AuthorizationFailure", "StoreAccessDenied")]
    [InlineData("403 Forbidden", "AuthenticationFailed", "StoreCredentialsRefused")]
    [InlineData("403 Forbidden", "KeyBasedAuthenticationNotPermitted", "StoreCredentialsRefused")]
    [InlineData("403 Forbidden\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT", "AuthenticationFailed", "StoreClockSkewed")]
    [InlineData("409 Conflict", "BlobImmutableDueToPolicy", "StoreAccessDenied")]
    [InlineData("507 Insufficient Storage", "InsufficientStorage", "RepositoryFull")]
    [InlineData("500 Internal Server Error", "InternalError", "RepositoryWriteError")]
    [InlineData("503 Service Unavailable", "ServerBusy", "RepositoryWriteError")]
    public async Task What_a_server_refuses_is_named(string status, string code, string errorId)
    {
        using var proxy = new MisbehavingProxy(server.Port);
        proxy.Fault = _ => Refusing(status, code);
        using var store = OpenStore(server.NewLocation(), proxy);

        var error = await Assert.ThrowsAsync<StorageException>(async () => await store.PutAsync("packs/ab/one", ObjectContent.From(new byte[] { 1 }), PutMode.Create, default));

        Assert.Equal((errorId, status[0] == '5' && errorId != "RepositoryFull"), (error.ErrorId, error.IsTransient));
    }

    [RequiresProgramFact(Azurite.Program)]
    public void Something_else_that_answers_for_the_server_is_not_taken_for_a_repository()
    {
        var location = Initialize();
        using var proxy = new MisbehavingProxy(server.Port);
        proxy.Fault = static _ => ProxyFault.Answering("200 OK", "<html><body>Please log in to use this network.</body></html>");

        Assert.Equal("NotARepository", Fail(() => Open(location, Behind(proxy)).Dispose()).ErrorId);
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task A_server_that_hangs_or_drips_is_not_waited_for()
    {
        using var proxy = new MisbehavingProxy(server.Port);
        var location = server.NewLocation();
        using var store = OpenStore(location, proxy);
        var bytes = TestRepository.RandomBytes(1, 300_000);
        await store.PutAsync("packs/ab/one", ObjectContent.From(bytes), PutMode.Create, default);
        proxy.Fault = static number => number switch
        {
            0 => new ProxyFault { StallAfterReceiving = 0 },
            1 => new ProxyFault { StallAfterReceiving = 100_000 },
            2 => new ProxyFault { DripAfterReceiving = 100_000 },
            _ => null,
        };
        using var retrying = new RetryingStore(OpenStore(location, proxy, TimeSpan.FromMilliseconds(500)), Quick, Note);

        Assert.Equal(bytes, await retrying.ReadAsync("packs/ab/one", bytes.Length, default));
        Assert.Equal(3, Retries());
    }

    [RequiresProgramFact(Azurite.Program)]
    public async Task Stopping_ends_a_read_that_hangs()
    {
        using var proxy = new MisbehavingProxy(server.Port);
        using var store = OpenStore(server.NewLocation(), proxy);
        proxy.Fault = static _ => new ProxyFault { StallAfterReceiving = 0 };
        using var stop = new CancellationTokenSource();

        var reading = store.ReadAsync("rekkord", 1000, stop.Token).AsTask();
        Assert.True(SpinWait.SpinUntil(() => proxy.Connections == 1, TimeSpan.FromSeconds(30)));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [RequiresProgramFact(Azurite.Program)]
    public void Errors_say_what_to_do_and_hold_no_secret()
    {
        var wrong = Convert.ToBase64String(TestRepository.RandomBytes(2, 64));
        var (ended, changed) = (Azurite.TokenFor("rcwdl", DateTimeOffset.UtcNow.AddMinutes(-5)), Azurite.TokenFor("rl").Replace("sp=rl", "sp=rcwdl", StringComparison.Ordinal));
        var location = server.NewLocation();
        (string ErrorId, AzureOptions Options, string Location)[] cases =
        [
            ("StoreCredentialsRefused", new AzureOptions { AccountKey = wrong, Endpoint = server.Endpoint }, location),
            ("StoreCredentialsRefused", new AzureOptions { SasToken = changed, Endpoint = server.Endpoint }, location),
            ("StoreCredentialsExpired", new AzureOptions { SasToken = ended, Endpoint = server.Endpoint }, location),
            ("ContainerNotFound", server.Options, server.NewLocation("no-such-container")),
            ("StoreAccessDenied", new AzureOptions { SasToken = Azurite.TokenFor("l"), Endpoint = server.Endpoint }, location),
            ("StoreCredentialsNotFound", new AzureOptions { Endpoint = server.Endpoint }, location),
            ("StoreCredentialsInvalid", new AzureOptions { AccountKey = wrong, SasToken = ended }, location),
            ("StoreCredentialsInvalid", new AzureOptions { AccountKey = ended }, location),
            ("StoreCredentialsInvalid", new AzureOptions { SasToken = wrong }, location),
            ("EndpointInvalid", new AzureOptions { AccountKey = wrong, Endpoint = $"https://host/?{ended}" }, location),
            ("EndpointInsecure", new AzureOptions { AccountKey = wrong, Endpoint = "http://example.org" }, location),
            ("NotARepository", server.Options, location),
        ];
        Initialize();
        Assert.All(cases, expected =>
        {
            var error = Fail(() => Open(expected.Location, With(expected.Options)).Dispose());
            Assert.Equal(expected.ErrorId, error.ErrorId);
            AssertHoldsNone(error, expected.Options);
        });
    }

    /// <summary>What a server says of a request may have the token of its URL in it.</summary>
    [RequiresProgramFact(Azurite.Program)]
    public void A_token_that_a_server_repeats_is_not_told()
    {
        Initialize();
        using var proxy = new MisbehavingProxy(server.Port);
        var options = new AzureOptions { SasToken = Azurite.TokenFor("rcwdl"), Endpoint = Azurite.EndpointAt(proxy.Port) };
        var signature = options.SasToken.Split("sig=")[1];
        foreach (var told in new[] { options.SasToken, signature, Uri.UnescapeDataString(signature) })
        {
            foreach (var status in new[] { "400 Bad Request", "403 Forbidden", "409 Conflict" })
            {
                proxy.Fault = _ => ProxyFault.Answering(
                    $"{status}\r\nx-ms-error-code: Told{signature}\r\nContent-Type: application/xml", $"<?xml version=\"1.0\"?><Error><Code>Told{signature}</Code><Message>No ?{told.Replace("&", "&amp;", StringComparison.Ordinal)}</Message></Error>");
                var error = Fail(() => Open(server.NewLocation(), With(options)).Dispose());
                Assert.Contains("(hidden)", error.Message, StringComparison.Ordinal);
                AssertHoldsNone(error, options);
            }
        }
    }

    [RequiresProgramFact(Azurite.Program)]
    public void A_server_that_nobody_listens_at_is_told_at_once()
    {
        var options = With(new AzureOptions { AccountKey = Azurite.Key, Endpoint = Azurite.EndpointAt(RadosGateway.FreePort()) });
        var error = Assert.IsType<StorageException>(Fail(() => Initialize(options: options)));
        Assert.False(error.IsTransient);
        Assert.Contains("Check the host and the port", error.Message, StringComparison.Ordinal);
        Assert.Empty(_notes);
    }

    public void EntryFailed(RekkordException error) => Assert.Fail(error.Message);

    public void Warn(string message) => Assert.Fail(message);

    public void Detail(string message) => Note(message);

    private static RekkordException Fail(Action command) => Assert.ThrowsAny<RekkordException>(command);

    private static void AssertHoldsNone(Exception error, AzureOptions options)
    {
        foreach (var secret in new[] { options.AccountKey, options.SasToken, options.SasToken?.Split("sig=")[^1], Uri.UnescapeDataString(options.SasToken?.Split("sig=")[^1] ?? "") })
        {
            if (!string.IsNullOrEmpty(secret))
                Assert.DoesNotContain(secret, error.ToString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>An error as Azure gives it.</summary>
    private static ProxyFault Refusing(string status, string code) =>
        ProxyFault.Answering($"{status}\r\nx-ms-error-code: {code}\r\nContent-Type: application/xml", $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Told by a test.</Message></Error>");

    private static StoreOptions With(AzureOptions options) => new() { Azure = options };

    private static StoreOptions Behind(MisbehavingProxy proxy) => With(new AzureOptions { AccountKey = Azurite.Key, Endpoint = Azurite.EndpointAt(proxy.Port) });

    private static AzureObjectStore OpenStore(string location, MisbehavingProxy proxy, TimeSpan? stallLimit = null) =>
        AzureObjectStore.Open(AzureLocation.Parse(location), Behind(proxy).Azure, stallLimit: stallLimit);

    private string Initialize(StoreOptions? options = null) => Initialize(server.NewLocation(), options);

    private string Initialize(string location, StoreOptions? options = null)
    {
        RepositoryCreation.Run(location, _directory["master.key"], overwriteKeyFile: false, options: Complete(options)).Dispose();
        return location;
    }

    private RepositoryAccess Open(string location, StoreOptions? options = null) =>
        RepositoryAccess.Open(location, KeyFile.Read(_directory["master.key"]), options: Complete(options));

    private StoreOptions Complete(StoreOptions? options) => (options ?? With(server.Options)) with { Retries = Quick, Note = Note };

    private void Note(string message)
    {
        lock (_notes)
            _notes.Add(message);
    }

    /// <summary>How many requests were said to be made again since this was asked.</summary>
    private int Retries()
    {
        var retries = _notes.Count(note => note.Contains("Trying again in", StringComparison.Ordinal));
        _notes.Clear();
        return retries;
    }

    private SaveResult Save(string location, StoreOptions? options = null)
    {
        using var repository = Open(location, options);
        return new SaveOperation(repository, new SaveRequest { Channel = "test", Paths = [FileName.FromText(_directory["source"])], CacheDirectory = _directory["cache"] }, this).Run(default);
    }

    private ScanResult Scan(string location, bool repair = false, StoreOptions? options = null)
    {
        using var repository = Open(location, options);
        return new ScanOperation(repository, new ScanRequest { Full = true, Repair = repair, CacheDirectory = _directory["cache"] }, _ => { }).Run(default);
    }

    private void AssertRestored(string location, StoreOptions? options = null)
    {
        var destination = _directory[$"restored-{Guid.NewGuid():n}"];
        using (var repository = Open(location, options))
            new RestoreOperation(repository, new RestoreRequest { Snapshot = "test", Path = _directory["source"], Destination = destination }, this).Run(default);
        Assert.Equal(TreeListing.Of(_directory["source"]), TreeListing.Of(destination));
    }

    private int PacksOf(string location)
    {
        using var store = AzureObjectStore.Open(AzureLocation.Parse(location), server.Options);
        return store.List("packs/", default).Count;
    }

    private void Write(string name, int seed, int length)
    {
        Directory.CreateDirectory(_directory["source"]);
        File.WriteAllBytes(Path.Combine(_directory["source"], name), TestRepository.RandomBytes(seed, length));
    }
}

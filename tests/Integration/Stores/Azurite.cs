using System.Diagnostics;
using System.Globalization;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Rekkord.Engine.Storage.Azure;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>
/// Microsoft's emulator of Azure's blob service on the loopback interface, with an account and a container of these tests. Nothing is started where it is missing.
/// </summary>
public sealed class Azurite : IDisposable
{
    /// <summary>What it is started by.</summary>
    public const string Program = "azurite-blob";

    /// <summary>The account, and its container.</summary>
    public const string Account = "rekkordtests", Container = "rekkord";

    private readonly TemporaryDirectory _directory = new();
    private readonly Process? _process;
    private int _prefixes;

    public Azurite()
    {
        if (RequiresProgramFactAttribute.Find(Program) is not { } program)
            return;
        var start = new ProcessStartInfo(program, ["--blobPort", "0", "--location", _directory[""], "--skipApiVersionCheck", "--disableTelemetry", "--silent"]) { RedirectStandardOutput = true };
        start.Environment["AZURITE_ACCOUNTS"] = $"{Account}:{Key}";
        var port = new TaskCompletionSource<int>();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, said) => Hear(said.Data, port);
        _process.BeginOutputReadLine();
        Port = port.Task.GetAwaiter().GetResult();
        Owner.CreateIfNotExists();
    }

    /// <summary>The account's key.</summary>
    public static string Key { get; } = Convert.ToBase64String(TestRepository.RandomBytes(1, 64));

    public int Port { get; }

    /// <summary>The URL of the blob service.</summary>
    public string Endpoint => EndpointAt(Port);

    /// <summary>The options of the owner.</summary>
    public AzureOptions Options => new() { AccountKey = Key, Endpoint = Endpoint };

    /// <summary>The container as its owner has it.</summary>
    public BlobContainerClient Owner => new(new Uri($"{Endpoint}/{Container}"), new StorageSharedKeyCredential(Account, Key));

    /// <summary>The URL of the service as it is reached at a port.</summary>
    public static string EndpointAt(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{Account}");

    /// <summary>A place that nothing is at.</summary>
    public string NewLocation(string container = Container) => string.Create(CultureInfo.InvariantCulture, $"azure://{Account}/{container}/test/{Interlocked.Increment(ref _prefixes)}");

    /// <summary>A SAS token for the container.</summary>
    /// <param name="permissions">The letters of what it permits.</param>
    /// <param name="end">When it ends; null for in an hour.</param>
    public static string TokenFor(string permissions, DateTimeOffset? end = null)
    {
        var builder = new BlobSasBuilder { BlobContainerName = Container, Resource = "c", ExpiresOn = end ?? DateTimeOffset.UtcNow.AddHours(1) };
        builder.SetPermissions(permissions);
        return builder.ToSasQueryParameters(new StorageSharedKeyCredential(Account, Key)).ToString();
    }

    /// <summary>A SAS token that a stored access policy of the container says the rights and the end of.</summary>
    public string TokenOfPolicy(string permissions)
    {
        var policy = new BlobAccessPolicy { Permissions = permissions, PolicyExpiresOn = DateTimeOffset.UtcNow.AddHours(1), PolicyStartsOn = DateTimeOffset.UtcNow.AddHours(-1) };
        Owner.SetAccessPolicy(permissions: [new BlobSignedIdentifier { Id = "servers", AccessPolicy = policy }]);
        var builder = new BlobSasBuilder { BlobContainerName = Container, Resource = "c", Identifier = "servers" };
        return builder.ToSasQueryParameters(new StorageSharedKeyCredential(Account, Key)).ToString();
    }

    /// <summary>Takes the policies away.</summary>
    public void RemovePolicies() => Owner.SetAccessPolicy(permissions: []);

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }

        _directory.Dispose();
    }

    // It chooses the port, and says which.
    private static void Hear(string? line, TaskCompletionSource<int> port)
    {
        if (line is null)
            port.TrySetException(new InvalidOperationException("Azurite ended."));
        else if (line.Contains("successfully listens on", StringComparison.Ordinal))
            port.TrySetResult(new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()).Port);
    }
}

/// <summary>The tests that use the emulator. They run one after another; those of other servers run beside them.</summary>
[CollectionDefinition(nameof(Azurite))]
public sealed class AzuriteCollection : ICollectionFixture<Azurite>;

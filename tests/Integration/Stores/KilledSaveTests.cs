using System.Globalization;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Sftp;
using Rekkord.Module.Tests;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>A PowerShell that is killed in the midst of a save to another machine: the next save goes on with what it had stored.</summary>
[Collection(nameof(RadosGateway))]
public sealed class KilledSaveTests : IDisposable
{
    private const int ContentLength = 80 * 1024 * 1024;

    private readonly RadosGateway _gateway;
    private readonly TemporaryDirectory _directory = new();
    private readonly TestRepository _local = new();

    public KilledSaveTests(RadosGateway gateway)
    {
        _gateway = gateway;
        _local.Write("large", TestRepository.RandomBytes(9, ContentLength));
    }

    public void Dispose()
    {
        _local.Dispose();
        _directory.Dispose();
    }

    [RequiresRadosGatewayFact]
    public void The_next_save_to_a_bucket_goes_on()
    {
        using var proxy = new MisbehavingProxy(_gateway.Port);
        var location = _gateway.NewLocation();
        var behind = location.Replace(Port(_gateway.Port), Port(proxy.Port), StringComparison.Ordinal);
        AssertResumed(new StoreOptions { S3 = RadosGateway.Options }, location, proxy, behind, $"$env:REKKORD_S3_ACCESS_KEY_ID, $env:REKKORD_S3_SECRET_KEY = '{RadosGateway.AccessKey}', '{RadosGateway.SecretKey}'");
    }

    [RequiresProgramFact(Azurite.Program)]
    public void The_next_save_to_a_container_goes_on()
    {
        using var server = new Azurite();
        using var proxy = new MisbehavingProxy(server.Port);
        var location = server.NewLocation();
        AssertResumed(
            new StoreOptions { Azure = server.Options }, location, proxy, location, $"$env:REKKORD_AZURE_ACCOUNT_KEY, $env:REKKORD_AZURE_ENDPOINT = '{Azurite.Key}', '{Azurite.EndpointAt(proxy.Port)}'");
    }

    [RequiresProgramFact("sshd")]
    public void The_next_save_to_an_SFTP_server_goes_on()
    {
        using var server = new SshServer();
        using var proxy = new MisbehavingProxy(server.Port);
        var command = $"{server.Command()} -o HostKeyAlias={server.KnownName} -i {server.UserKey}";
        var path = server.NewPath();
        AssertResumed(
            new StoreOptions { Sftp = new SftpOptions { Command = command } },
            At(server.Port),
            proxy,
            At(proxy.Port),
            $"$env:REKKORD_SFTP_COMMAND = '{command}'");

        string At(int port) => $"sftp://{Environment.UserName}@127.0.0.1{Port(port)}{path}";
    }

    private static string Port(int port) => string.Create(CultureInfo.InvariantCulture, $":{port}/");

    private void AssertResumed(StoreOptions options, string location, MisbehavingProxy proxy, string behind, string setting)
    {
        var key = _directory["master.key"];
        RepositoryCreation.Run(location, key, overwriteKeyFile: false, options: options).Dispose();
        File.WriteAllText(_directory["rekkord.toml"], "[Settings]\nConnections = 1\nLimitUpload = \"30MB\"\n");
        using (var save = PowerShellProcess.Start(
            "-Command", $"Import-Module '{TestAssembly.ModuleManifest}'; {setting}; Invoke-RekkordSave test '{_local.Source}' -Repository '{behind}' -KeyFile '{key}' -ConfigPath '{_directory["rekkord.toml"]}'"))
        {
            // They go one after another, so two of its three packs are there by then.
            if (!SpinWait.SpinUntil(() => proxy.Sent > ContentLength * 9L / 10, TimeSpan.FromMinutes(1)))
                save.AssertEndsWith();
            save.Signal("KILL");
            save.AssertEndsWith(137);
        }

        using (var repository = Open())
        {
            var stored = repository.Store.List("packs/", default).Count;
            Assert.True(stored > 0, "Nothing was stored.");
            var result = new SaveOperation(repository, new SaveRequest { Channel = "test", Paths = [FileName.FromText(_local.Source)], CacheDirectory = _local.CacheDirectory }, _local).Run(default);
            Assert.Equal(1, result.NewDataPacks);
        }

        using (var repository = Open())
            Assert.Empty(new ScanOperation(repository, new ScanRequest { Full = true, CacheDirectory = _local.CacheDirectory }, _ => { }).Run(default).Problems);
        using (var repository = Open())
            new RestoreOperation(repository, new RestoreRequest { Snapshot = "test", Path = _local.Source, Destination = _local.Destination }, _local).Run(default);
        Assert.Equal(TreeListing.Of(_local.Source), TreeListing.Of(_local.Destination));

        RepositoryAccess Open() => RepositoryAccess.Open(location, KeyFile.Read(key), options: options);
    }
}

using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Sftp;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>The store on OpenSSH's server.</summary>
[RequiresPrograms("sshd ssh")]
public sealed class SftpObjectStoreTests(SharedSshServer shared) : ObjectStoreContract, IClassFixture<SharedSshServer>
{
    protected override int ListedObjects => 250;

    protected override async ValueTask<IObjectStore> OpenAsync() =>
        await SftpObjectStore.CreateOrOpenAsync(shared.Server.At(shared.Server.NewPath()), shared.Server.Options, default);
}

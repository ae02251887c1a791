using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Storage;

public sealed class MemoryObjectStoreTests : ObjectStoreContract
{
    protected override IObjectStore Store { get; } = new MemoryObjectStore();
}

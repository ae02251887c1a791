using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Fuzzing;

/// <summary>A view of a store that outlives the repository opened on it: the objects are needed for the next input.</summary>
internal sealed class SharedStore(MemoryObjectStore store) : ObjectStoreDecorator(store, ownsStore: false);

using Rekkord.Engine.Hashing;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Native.Messages;

/// <summary>What the library asks of a store that lies with its caller.</summary>
internal enum StoreCall
{
    /// <summary>Has the call of the same number end soon. It is not answered by itself.</summary>
    Cancel,

    IsInPlace,
    List,
    ListDeleted,

    /// <summary>More of a listing.</summary>
    ListOn,

    ListAhead,
    Find,
    ReadWhole,
    ReadRanges,
    OpenRead,

    /// <summary>More of what was opened for reading.</summary>
    ReadOn,

    Put,
    Create,

    /// <summary>More of an object under way.</summary>
    Append,

    Commit,

    /// <summary>Lets go of a listing, of what was opened for reading, or of an object under way.</summary>
    Close,

    Delete,
    BringBack,
    SetAside,
    MakeDurable,
    Retain,
    RemoveLeftovers,
}

/// <summary>How a call of a store ended.</summary>
internal enum StoreOutcome
{
    Done,
    Failed,
    Cancelled,
}

/// <summary>What is known of a store without asking. Each answer brings it anew.</summary>
/// <param name="Capabilities">What it can do.</param>
/// <param name="SentLength">How many bytes it has sent.</param>
internal sealed record StoreState(StoreCapabilities Capabilities, long SentLength)
{
    /// <summary>The number of the answer that brings nothing else.</summary>
    public const long AnswerNumber = 0;

    public static StoreState Of(IObjectStore store) => new(store.Capabilities, store.SentLength);

    public void Write(MessageWriter writer)
    {
        writer.Write(Capabilities.Connections);
        writer.Write(Capabilities.IsDistant);
        writer.Write(Capabilities.ExclusiveCreate);
        writer.Write(Capabilities.Retention);
        writer.Write(Capabilities.ServerClock);
        writer.Write(Capabilities.DurableOnReturn);
        writer.Write(Capabilities.StreamsWrites);
        writer.Write(SentLength);
    }

    public static StoreState Read(MessageReader reader) => new(
        new StoreCapabilities
        {
            Connections = reader.ReadInt32(),
            IsDistant = reader.ReadBoolean(),
            ExclusiveCreate = reader.ReadBoolean(),
            Retention = reader.ReadBoolean(),
            ServerClock = reader.ReadBoolean(),
            DurableOnReturn = reader.ReadBoolean(),
            StreamsWrites = reader.ReadBoolean(),
        },
        reader.ReadInt64());
}

/// <summary>The opened store of a caller, for an operation in the library.</summary>
/// <param name="Location">Where it is, without credentials.</param>
/// <param name="Descriptor">The repository's descriptor, as it was read there.</param>
/// <param name="RetainDuration">How long what it gets is kept from being deleted.</param>
/// <param name="State">What is known of it.</param>
internal sealed record StoreMessage(string Location, byte[] Descriptor, TimeSpan? RetainDuration, StoreState State)
{
    public void Write(MessageWriter writer)
    {
        writer.Write(Location);
        writer.Write(Descriptor);
        writer.Write(RetainDuration);
        State.Write(writer);
    }

    public static StoreMessage Read(MessageReader reader) =>
        new(reader.ReadString(), reader.ReadBytes().ToArray(), reader.ReadOptionalTimeSpan(), StoreState.Read(reader));
}

/// <summary>Objects of a store, as listings name them.</summary>
internal static class ObjectInfoMessages
{
    public static void Write(MessageWriter writer, ObjectInfo info)
    {
        writer.Write(info.Name);
        writer.Write(info.Size);
        writer.Write(info.ModifiedTime);
        writer.Write(info.Obstacle);
        writer.Write(info.Identity is not null);
        writer.Write((long)info.Identity.GetValueOrDefault().High);
        writer.Write((long)info.Identity.GetValueOrDefault().Low);
    }

    public static ObjectInfo Read(MessageReader reader)
    {
        var info = new ObjectInfo(reader.ReadString(), reader.ReadInt64(), reader.ReadTime()) { Obstacle = reader.ReadOptionalString() };
        var hasIdentity = reader.ReadBoolean();
        var identity = new Hash128((ulong)reader.ReadInt64(), (ulong)reader.ReadInt64());
        return hasIdentity ? info with { Identity = identity } : info;
    }
}

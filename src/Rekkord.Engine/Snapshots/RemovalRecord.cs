using System.Formats.Cbor;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// A signed word about snapshots: that they are removed, or that a removal no longer counts. It names objects by the hashes in their names,
/// so it says nothing of what is stored later. docs/format.md lists the fields.
/// </summary>
/// <param name="Time">When it was said, by the clock of who signed it.</param>
/// <param name="Snapshots">The snapshots' objects.</param>
/// <param name="Undone">The records that no longer remove them. When there are none, this one removes them.</param>
internal sealed record RemovalRecord(DateTimeOffset Time, IReadOnlyList<Oid> Snapshots, IReadOnlyList<Oid> Undone)
{
    /// <summary>The ID, in hex, of the keyfile that signed it; empty: the master key.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>Whether it brings snapshots back.</summary>
    public bool BringsBack => Undone.Count > 0;

    public byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(3);
        writer.WriteInt32(1);
        writer.WriteInt64(Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks);
        writer.WriteInt32(2);
        writer.WriteByteString([.. Snapshots.Order().SelectMany(hash => hash.ToArray())]);
        writer.WriteInt32(3);
        writer.WriteByteString([.. Undone.Order().SelectMany(hash => hash.ToArray())]);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static RemovalRecord Decode(byte[] payload)
    {
        try
        {
            var reader = new CborReader(payload, CborConformanceMode.Canonical);
            reader.ReadStartMap();
            var ticks = Next(reader, 1).ReadInt64();
            var snapshots = Split(Next(reader, 2).ReadByteString());
            var undone = Split(Next(reader, 3).ReadByteString());
            reader.ReadEndMap();
            if (reader.BytesRemaining != 0 || snapshots.Length == 0)
                throw new CborContentException("There is more than the record, or nothing in it.");
            return new RemovalRecord(DateTimeOffset.UnixEpoch.AddTicks(ticks), snapshots, undone);
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("A removal is malformed.", error);
        }
    }

    private static Oid[] Split(byte[] bytes) => bytes.Length % Oid.Length == 0
        ? [.. bytes.Chunk(Oid.Length).Select(hash => new Oid(hash))]
        : throw new CborContentException("A list in it is cut off.");

    private static CborReader Next(CborReader reader, int key) =>
        reader.ReadInt32() == key ? reader : throw new CborContentException("A field is missing.");
}

using System.Security.Cryptography;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Fuzzing.Targets;

/// <summary>Snapshots, tags, removals and marks: the object, the compressed envelope, the envelope, the certificate in it, and the payload.</summary>
internal static class RecordTargets
{
    public static IEnumerable<FuzzTarget> All(FuzzRepository repository) =>
        Of(repository, "snapshot", RecordKind.Snapshot, name => new SnapshotRecords(repository.Access).Read(name, default))
            .Concat(Of(repository, "tag", RecordKind.Tag, name =>
            {
                new SnapshotRecords(repository.Access).ReadTag(name, default);
                new SnapshotStore(repository.Access).List(_ => { }, CancellationToken.None);
            }))
            .Concat(Of(repository, "removal", RecordKind.Removal, name =>
            {
                new SnapshotRecords(repository.Access).ReadRemoval(name, default);
                new SnapshotStore(repository.Access).ListRemoved(_ => { }, CancellationToken.None);
            }))
            .Concat(Marks(repository))
            .Concat(Catalogue(repository));

    /// <summary>What says which objects are to be deleted: the object, the envelope, and the payload.</summary>
    private static IEnumerable<FuzzTarget> Marks(FuzzRepository repository)
    {
        var domain = "rekkord condemned v1\0"u8.ToArray();
        var objects = repository.In(ObjectName.Condemned);
        List<byte[]> envelopes = [.. objects.Select(repository.OpenMark)];
        yield return new FuzzTarget("mark/object", objects, Read) { Cost = 5 };
        yield return new FuzzTarget("mark/envelope", envelopes, bytes => Read(repository.SealMark(bytes))) { IsCbor = true, Cost = 5 };
        yield return new FuzzTarget(
            "mark/payload",
            [.. envelopes.Select(envelope => SignedEnvelope.Unwrap(envelope, domain, repository.Keys.MasterPublicKey, repository.Keys.RepositoryId).Payload)],
            bytes => Read(repository.SealMark(SignedEnvelope.Wrap(repository.Keys, domain, bytes)))) { IsCbor = true, Cost = 5 };

        void Read(byte[] bytes) => repository.With(ObjectName.Condemned, bytes, name =>
        {
            _ = CondemnedList.Load(repository.Access, default).Packs.Count;
            CondemnedRecord.Read(repository.Access, repository.Store.Find(name, default)!, default);
        });
    }

    /// <summary>The objects of the catalogue, of both kinds, and what follows after the hash of such an object was made to fit.</summary>
    private static IEnumerable<FuzzTarget> Catalogue(FuzzRepository repository)
    {
        var (name, bytes) = repository.Objects.First(found => found.Key.StartsWith(ObjectName.Tags, StringComparison.Ordinal));
        using var opener = new RecordOpener(repository.Keys, repository.Keys.LogPrivateKey);
        byte[][] seeds =
        [
            CatalogueObject.EncodeCopies([], new Dictionary<string, ReadOnlyMemory<byte>> { [name] = bytes }),
            CatalogueObject.EncodeOpened(repository.Access, [], new Dictionary<string, OpenedTag> { [name] = new SnapshotRecords(repository.Access).OpenTag(name, opener, default) }),
        ];
        yield return new FuzzTarget("catalogue/object", seeds, changed =>
        {
            using var reader = new RecordOpener(repository.Keys, repository.Keys.LogPrivateKey);
            var found = CatalogueObject.Parse(ObjectName.For(ObjectName.Catalogue, SHA256.HashData(changed)), changed);
            _ = found.IsOpened ? found.Open(reader).Tags.Count : found.ReadCopies().Count();
        })
        {
            // The length before compression is believed up to the limit of the format; the frame must then give it.
            AllocationBound = 3L * FormatLimits.Record,
            Cost = 5,
        };
    }

    private static IEnumerable<FuzzTarget> Of(FuzzRepository repository, string group, RecordKind kind, Action<string> read)
    {
        var objects = repository.In(kind.Folder);
        List<byte[]> payloads = [.. objects.Select(bytes => repository.OpenPayload(kind, bytes))];
        yield return new FuzzTarget($"{group}/object", objects, bytes => repository.With(kind.Folder, bytes, read)) { Cost = 5 };
        yield return new FuzzTarget(
            $"{group}/frame", [.. objects.Select(bytes => repository.OpenFrame(kind, bytes))], bytes => repository.With(kind.Folder, repository.SealFrame(kind, bytes), read))
        {
            // The length before compression is believed up to the limit of the format; the frame must then give it.
            AllocationBound = 3L * FormatLimits.Record,
            Cost = 10,
        };
        yield return new FuzzTarget(
            $"{group}/envelope",
            [.. objects.Select(bytes => repository.OpenEnvelope(kind, bytes)), .. payloads.Select(payload => SignedEnvelope.Wrap(repository.Writer, kind.Domain, payload))],
            bytes => repository.With(kind.Folder, repository.SealEnvelope(kind, bytes), read)) { IsCbor = true, Cost = 10 };
        yield return new FuzzTarget(
            $"{group}/payload", payloads, bytes => repository.With(kind.Folder, repository.SealPayload(kind, bytes, repository.Keys), read))
        {
            IsCbor = true,
            Cost = 10,
            Words = Hostile.Names,
        };
    }
}

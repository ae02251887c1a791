using System.Formats.Cbor;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Snapshots;

/// <summary>The CBOR of snapshot records and tags. docs/format.md lists the fields.</summary>
internal static class SnapshotCodec
{
    // The fields are written in canonical order, and who reads demands it. A writer that sorts would be compiled again in each new process.
    private const CborConformanceMode WriterMode = CborConformanceMode.Lax;

    public static byte[] EncodeRecord(SnapshotSummary summary, IReadOnlyList<(byte[] Path, byte[] Entry)> roots)
    {
        var writer = new CborWriter(WriterMode);
        writer.WriteStartMap(2);
        writer.WriteInt32(1);
        WriteSummary(writer, summary);
        writer.WriteInt32(2);
        writer.WriteStartArray(roots.Count);
        foreach (var (path, entry) in roots)
        {
            writer.WriteStartArray(2);
            writer.WriteByteString(path);
            writer.WriteByteString(entry);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static (SnapshotSummary Summary, IReadOnlyList<SnapshotRoot> Roots) DecodeRecord(byte[] bytes) => Guard(bytes, static reader =>
    {
        reader.ReadStartMap();
        Expect(reader, 1);
        var summary = ReadSummary(reader);
        Expect(reader, 2);
        var roots = ReadArray(reader, static item =>
        {
            item.ReadStartArray();
            var root = new SnapshotRoot(item.ReadByteString(), TreeEntryDecoder.DecodeEntry(item.ReadByteString()));
            item.ReadEndArray();
            return root;
        });
        reader.ReadEndMap();
        return (summary, (IReadOnlyList<SnapshotRoot>)roots);
    });

    public static byte[] EncodeTag(byte[] snapshotOid, byte[] snapshotHash, SnapshotSummary summary)
    {
        var writer = new CborWriter(WriterMode);
        writer.WriteStartMap(3);
        writer.WriteInt32(1);
        writer.WriteByteString(snapshotOid);
        writer.WriteInt32(2);
        writer.WriteByteString(snapshotHash);
        writer.WriteInt32(3);
        WriteSummary(writer, summary);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static (byte[] SnapshotOid, byte[] SnapshotHash, SnapshotSummary Summary) DecodeTag(ReadOnlyMemory<byte> bytes) => Guard(bytes, static reader =>
    {
        reader.ReadStartMap();
        Expect(reader, 1);
        var oid = ReadHash(reader);
        Expect(reader, 2);
        var hash = ReadHash(reader);
        Expect(reader, 3);
        var summary = ReadSummary(reader);
        reader.ReadEndMap();
        return (oid, hash, summary);
    });

    /// <summary>Whether two summaries say the same, in every field.</summary>
    public static bool AreSame(SnapshotSummary one, SnapshotSummary other) => Encode(one).AsSpan().SequenceEqual(Encode(other));

    private static byte[] Encode(SnapshotSummary summary)
    {
        var writer = new CborWriter(WriterMode);
        WriteSummary(writer, summary);
        return writer.Encode();
    }

    private static void WriteSummary(CborWriter writer, SnapshotSummary summary)
    {
        writer.WriteStartMap(15);
        writer.WriteInt32(1);
        writer.WriteTextString(summary.Channel);
        writer.WriteInt32(2);
        writer.WriteInt64(summary.Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks);
        writer.WriteInt32(3);
        writer.WriteInt64(summary.Duration.Ticks);
        writer.WriteInt32(4);
        writer.WriteTextString(summary.HostName);
        writer.WriteInt32(5);
        writer.WriteTextString(summary.UserName);
        writer.WriteInt32(6);
        writer.WriteStartArray(summary.Paths.Count);
        foreach (var path in summary.Paths)
            writer.WriteByteString(path);
        writer.WriteEndArray();
        ReadOnlySpan<long> counts = [summary.Files, summary.Directories, summary.Size, summary.AddedSize, summary.StoredSize];
        for (var i = 0; i < counts.Length; i++)
        {
            writer.WriteInt32(7 + i);
            writer.WriteInt64(counts[i]);
        }

        writer.WriteInt32(12);
        WriteErrorsAndHooks(writer, summary);
        WriteLabels(writer, summary);
        writer.WriteInt32(15);
        WriteOrigin(writer, summary.Origin);
        writer.WriteEndMap();
    }

    private static void WriteErrorsAndHooks(CborWriter writer, SnapshotSummary summary)
    {
        writer.WriteStartArray(2);
        writer.WriteInt64(summary.ErrorCount);
        writer.WriteStartArray(summary.Hooks.Count);
        foreach (var hook in summary.Hooks)
        {
            writer.WriteStartArray(4);
            writer.WriteTextString(hook.Name);
            writer.WriteInt32((int)hook.Status);
            if (hook.ExitCode is { } code)
                writer.WriteInt32(code);
            else
                writer.WriteNull();
            writer.WriteInt64(hook.Duration.Ticks);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
    }

    private static void WriteLabels(CborWriter writer, SnapshotSummary summary)
    {
        writer.WriteInt32(13);
        writer.WriteStartArray(summary.Tags.Count);
        foreach (var tag in summary.Tags)
            writer.WriteTextString(tag);
        writer.WriteEndArray();
        writer.WriteInt32(14);
        writer.WriteTextString(summary.Note);
    }

    private static void WriteOrigin(CborWriter writer, SnapshotOrigin? origin)
    {
        writer.WriteStartArray(origin is null ? 0 : 3);
        if (origin is not null)
        {
            writer.WriteByteString(Convert.FromHexString(origin.RepositoryId));
            writer.WriteByteString(origin.SnapshotId.ToArray());
            writer.WriteByteString(Convert.FromHexString(origin.Signer));
        }

        writer.WriteEndArray();
    }

    private static SnapshotSummary ReadSummary(CborReader reader)
    {
        reader.ReadStartMap();
        var channel = ReadText(Field(reader, 1));
        var time = ReadTime(Field(reader, 2));
        var duration = new TimeSpan(Field(reader, 3).ReadInt64());
        var host = ReadText(Field(reader, 4));
        var user = ReadText(Field(reader, 5));
        var paths = ReadArray(Field(reader, 6), static item => item.ReadByteString());
        var counts = new long[5];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = Field(reader, 7 + i).ReadInt64();
        Expect(reader, 12);
        reader.ReadStartArray();
        var errors = reader.ReadInt64();
        var hooks = ReadArray(reader, ReadHook);
        reader.ReadEndArray();
        var tags = ReadTags(Field(reader, 13));
        var note = Checked(Field(reader, 14).ReadTextString(), SnapshotLabels.IsNote);
        var origin = ReadOrigin(Field(reader, 15));
        reader.ReadEndMap();
        return new SnapshotSummary
        {
            Channel = channel,
            Time = time,
            Duration = duration,
            HostName = host,
            UserName = user,
            Paths = paths,
            Files = counts[0],
            Directories = counts[1],
            Size = counts[2],
            AddedSize = counts[3],
            StoredSize = counts[4],
            ErrorCount = errors,
            Hooks = hooks,
            Tags = tags,
            Note = note,
            Origin = origin,
        };
    }

    /// <summary>Tags and notes are refused and not shown in another form: what a tag keeps is decided by its very characters.</summary>
    private static List<string> ReadTags(CborReader reader)
    {
        var tags = ReadArray(reader, static item => Checked(item.ReadTextString(), SnapshotLabels.IsTag));
        return tags.Count <= SnapshotLabels.MostTags && tags.SequenceEqual(SnapshotLabels.Order(tags)) ? tags : throw new CborContentException("Tags are too many or not in order.");
    }

    private static string Checked(string text, Func<string, bool> isValid) => isValid(text) ? text : throw new CborContentException("A tag or note is not valid.");

    private static SnapshotOrigin? ReadOrigin(CborReader reader)
    {
        if (reader.ReadStartArray() == 0)
        {
            reader.ReadEndArray();
            return null;
        }

        var repository = reader.ReadByteString();
        var snapshot = ReadHash(reader);
        var signer = reader.ReadByteString();
        reader.ReadEndArray();
        return repository.Length == SnapshotOrigin.IdLength && signer.Length is 0 or SnapshotOrigin.IdLength
            ? new SnapshotOrigin(Convert.ToHexStringLower(repository), new Oid(snapshot), Convert.ToHexStringLower(signer))
            : throw new CborContentException("The ID of a repository or keyfile has the wrong length.");
    }

    private static HookRecord ReadHook(CborReader reader)
    {
        reader.ReadStartArray();
        var name = ReadText(reader);
        var status = (HookStatus)reader.ReadInt32();
        int? code = null;
        if (reader.PeekState() == CborReaderState.Null)
            reader.ReadNull();
        else
            code = reader.ReadInt32();
        var duration = new TimeSpan(reader.ReadInt64());
        reader.ReadEndArray();
        return Enum.IsDefined(status) ? new HookRecord(name, status, code, duration) : throw new CborContentException("A hook's status is not known.");
    }

    /// <summary>A text for people, like names: a terminal would obey control characters that somebody else chose.</summary>
    private static string ReadText(CborReader reader) => FileName.ToDisplay(FileName.FromText(reader.ReadTextString()));

    private static DateTimeOffset ReadTime(CborReader reader)
    {
        var ticks = reader.ReadInt64() + DateTimeOffset.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw new CborContentException("A time is out of bounds.");
    }

    private static List<T> ReadArray<T>(CborReader reader, Func<CborReader, T> readItem)
    {
        var items = new List<T>();
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
            items.Add(readItem(reader));
        reader.ReadEndArray();
        return items;
    }

    private static byte[] ReadHash(CborReader reader)
    {
        var hash = reader.ReadByteString();
        return hash.Length == 32 ? hash : throw new CborContentException("A hash has the wrong length.");
    }

    private static CborReader Field(CborReader reader, int key)
    {
        Expect(reader, key);
        return reader;
    }

    private static void Expect(CborReader reader, int key)
    {
        if (reader.ReadInt32() != key)
            throw new CborContentException("A field is missing.");
    }

    private static T Guard<T>(ReadOnlyMemory<byte> bytes, Func<CborReader, T> read)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            var value = read(reader);
            return reader.BytesRemaining == 0 ? value : throw new InvalidDataException("There is more than the record.");
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException("A snapshot's record is malformed.", error);
        }
    }
}

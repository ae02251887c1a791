using System.Formats.Cbor;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Trees;

/// <summary>
/// Encodes entries as CBOR maps in the deterministic form of RFC 8949, section 4.2: equal entries give equal bytes, so that
/// an unchanged directory is one that is stored already. Fields are written in ascending order of their keys; absent ones
/// are left out. Holds a buffer: one encoder per thread.
/// </summary>
internal sealed class TreeEntryEncoder
{
    // Keys are written in order and each once, which is all that the canonical mode would check.
    private readonly CborWriter _writer = new(CborConformanceMode.Lax, convertIndefiniteLengthEncodings: false);

    /// <summary>Where, in what was encoded last, the bytes of <see cref="TreeEntry.Chunks"/> start.</summary>
    public int ChunksOffset { get; private set; }

    public byte[] Encode(TreeEntry entry)
    {
        _writer.Reset();
        ChunksOffset = 0;
        var metadata = entry.Metadata;
        _writer.WriteStartMap(CountFields(entry));
        Write(EntryField.Name, entry.Name);
        Write(EntryField.Kind, (ulong)entry.Kind);
        WriteOptional(EntryField.Mode, metadata.Mode);
        WriteOptional(EntryField.UserId, metadata.UserId);
        WriteOptional(EntryField.GroupId, metadata.GroupId);
        WriteOptional(EntryField.UserName, metadata.UserName);
        WriteOptional(EntryField.GroupName, metadata.GroupName);
        WriteTime(EntryField.ModifiedSeconds, EntryField.ModifiedNanoseconds, metadata.ModifiedTime);
        if (metadata.CreatedTime is { } created)
            WriteTime(EntryField.CreatedSeconds, EntryField.CreatedNanoseconds, created);
        if (entry.Kind == FileKind.File)
            Write(EntryField.Size, (ulong)entry.Size);
        WriteOptional(EntryField.Chunks, entry.Chunks);
        ChunksOffset = _writer.BytesWritten - entry.Chunks.Length;
        WriteOptional(EntryField.ChunkLists, entry.ChunkLists);
        WriteDataRanges(entry.DataRanges);
        WriteOptional(EntryField.LinkTarget, entry.LinkTarget);
        WriteHardLink(entry.HardLink);
        WriteExtendedAttributes(metadata.ExtendedAttributes);
        if (entry.SpecialDevice != 0)
            Write(EntryField.SpecialDevice, entry.SpecialDevice);
        WriteOptional(EntryField.WindowsAttributes, metadata.WindowsAttributes);
        WriteOptional(EntryField.SecurityDescriptor, metadata.SecurityDescriptor);
        if (entry.Flags != EntryFlags.None)
            Write(EntryField.Flags, (ulong)entry.Flags);
        _writer.WriteEndMap();
        return _writer.Encode();
    }

    private static int CountFields(TreeEntry entry)
    {
        var metadata = entry.Metadata;
        ReadOnlySpan<bool> present =
        [
            true, true, true, metadata.ModifiedTime.Nanoseconds != 0,
            metadata.Mode is not null, metadata.UserId is not null, metadata.GroupId is not null,
            metadata.UserName is not null, metadata.GroupName is not null,
            metadata.CreatedTime is not null, metadata.CreatedTime is { Nanoseconds: not 0 },
            entry.Kind == FileKind.File, !entry.Chunks.IsEmpty, !entry.ChunkLists.IsEmpty, entry.DataRanges.Count > 0,
            entry.LinkTarget is not null, entry.HardLink is not null, metadata.ExtendedAttributes.Count > 0,
            entry.SpecialDevice != 0, metadata.WindowsAttributes is not null, metadata.SecurityDescriptor is not null,
            entry.Flags != EntryFlags.None,
        ];
        return present.Count(true);
    }

    private void Write(EntryField field, ulong value)
    {
        _writer.WriteInt32((int)field);
        _writer.WriteUInt64(value);
    }

    private void Write(EntryField field, ReadOnlySpan<byte> value)
    {
        _writer.WriteInt32((int)field);
        _writer.WriteByteString(value);
    }

    private void WriteOptional(EntryField field, uint? value)
    {
        if (value is { } number)
            Write(field, number);
    }

    private void WriteOptional(EntryField field, string? value)
    {
        if (value is null)
            return;
        _writer.WriteInt32((int)field);
        _writer.WriteTextString(value);
    }

    private void WriteOptional(EntryField field, byte[]? value)
    {
        if (value is not null)
            Write(field, value);
    }

    private void WriteOptional(EntryField field, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
            Write(field, value.Span);
    }

    private void WriteTime(EntryField seconds, EntryField nanoseconds, FileTime time)
    {
        _writer.WriteInt32((int)seconds);
        _writer.WriteInt64(time.Seconds);
        if (time.Nanoseconds != 0)
            Write(nanoseconds, (ulong)time.Nanoseconds);
    }

    private void WriteDataRanges(IReadOnlyList<ByteRange> ranges)
    {
        if (ranges.Count == 0)
            return;
        _writer.WriteInt32((int)EntryField.DataRanges);
        _writer.WriteStartArray(ranges.Count * 2);
        foreach (var range in ranges)
        {
            _writer.WriteInt64(range.Offset);
            _writer.WriteInt64(range.Length);
        }

        _writer.WriteEndArray();
    }

    private void WriteHardLink((ulong Device, ulong Inode)? link)
    {
        if (link is not { } file)
            return;
        _writer.WriteInt32((int)EntryField.HardLink);
        _writer.WriteStartArray(2);
        _writer.WriteUInt64(file.Device);
        _writer.WriteUInt64(file.Inode);
        _writer.WriteEndArray();
    }

    private void WriteExtendedAttributes(IReadOnlyList<ExtendedAttribute> attributes)
    {
        if (attributes.Count == 0)
            return;
        _writer.WriteInt32((int)EntryField.ExtendedAttributes);
        _writer.WriteStartArray(attributes.Count * 2);
        foreach (var attribute in attributes)
        {
            _writer.WriteByteString(attribute.Name);
            _writer.WriteByteString(attribute.Value);
        }

        _writer.WriteEndArray();
    }
}

namespace Rekkord.Engine.Caching;

/// <summary>
/// The layout of the local cache file. It is disposable: a damaged one, or one of another version, counts as missing. A head (magic,
/// repository ID), then records, then a table of where each record is, then a foot with the table's place and hash. A record holds entries
/// of one page of one directory, in name order, or a part of the references to the chunks of a large file, and ends in its own hash.
/// </summary>
internal static class CacheFormat
{
    public const int RepositoryIdLength = 16;
    public const int HeadLength = 8 + RepositoryIdLength;
    public const int TableEntryLength = 16 + sizeof(int) + sizeof(long) + sizeof(int);
    public const int FootLength = sizeof(long) + sizeof(int) + 16;
    public const int HashLength = sizeof(ulong);

    /// <summary>Bytes before the name of each entry: lengths of name and entry, number of listed chunks, place of the references, status hash.</summary>
    public const int EntryHeadLength = sizeof(ushort) + sizeof(int) + sizeof(long) + (2 * sizeof(int)) + 16;

    /// <summary>Bytes of each part of a large file's references but the last.</summary>
    public const int ChunksPartLength = 16 * 1024 * Objects.ChunkReference.EncodedLength;

    public static ReadOnlySpan<byte> Magic => "RKCACHE1"u8;
}

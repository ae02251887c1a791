using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using Rekkord.Engine.Repository;

namespace Rekkord.Engine.Caching;

/// <summary>
/// Until when all objects of a repository at one place are kept that were there at a point in time. Local and disposable: without it, retention is prolonged for all
/// of them once more.
/// </summary>
/// <param name="Newest">When the newest of them was stored, by the store's clock.</param>
/// <param name="Until">Until when each of them is kept at least.</param>
internal sealed record RetentionRecord(DateTimeOffset Newest, DateTimeOffset Until)
{
    private const int Length = (3 * sizeof(long)) + sizeof(ulong);

    private static RetentionRecord Nothing { get; } = new(DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    private static ReadOnlySpan<byte> Magic => "RKRETN01"u8;

    /// <summary>Loads it; what cannot be used is as empty as what does not exist.</summary>
    public static RetentionRecord Load(string repositoryId, string location, string? directory)
    {
        try
        {
            var bytes = CacheDirectory.Read(CacheLocation.ForRetention(repositoryId, location, directory), Length).AsSpan();
            if (bytes.Length == Length && bytes.StartsWith(Magic) && XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]) == BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]))
                return new RetentionRecord(Read(bytes[Magic.Length..]), Read(bytes[(Magic.Length + sizeof(long))..]));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentOutOfRangeException)
        {
            // Nothing to report: more is asked of the store instead.
            Debug.WriteLine(error.Message);
        }

        return Nothing;
    }

    /// <summary>Writes it. A file that cannot be written is given up.</summary>
    public void Save(string repositoryId, string location, string? directory)
    {
        var bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Magic.Length), Newest.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Magic.Length + sizeof(long)), Until.ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Length - sizeof(ulong)), XxHash3.HashToUInt64(bytes.AsSpan(..^sizeof(ulong))));
        var path = CacheLocation.ForRetention(repositoryId, location, directory);
        try
        {
            CacheDirectory.Write(path, bytes);
            CacheDirectory.RemoveLeftovers(path, DateTimeOffset.UtcNow);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing to report: more is asked of the store the next time.
            Debug.WriteLine(error.Message);
        }
    }

    private static DateTimeOffset Read(ReadOnlySpan<byte> bytes) => DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64LittleEndian(bytes));
}

using System.Buffers.Binary;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.FileSystem;

/// <summary>
/// A file's status in 128 bits (XXH128): as long as it stays the same, the file is taken as unchanged. It covers size, mtime,
/// ctime, inode, mode, owner and links; the device's number only for files with several names, since it may differ after a
/// restart while the files are the same.
/// </summary>
internal static class StatusHash
{
    /// <summary>Stands for a status that no file has: what is cached with it says how a file was cut and not that it is unchanged.</summary>
    public static readonly Hash128 None;

    private const int FieldCount = 16;

    public static Hash128 Compute(in FileStatus status)
    {
        Span<byte> bytes = stackalloc byte[FieldCount * sizeof(long)];
        ReadOnlySpan<long> fields =
        [
            (long)status.Kind, status.Mode, status.UserId, status.GroupId, status.Size,
            status.ModifiedTime.Seconds, status.ModifiedTime.Nanoseconds, status.ChangedTime.Seconds, status.ChangedTime.Nanoseconds,
            status.CreatedTime?.Seconds ?? 0, status.CreatedTime?.Nanoseconds ?? 0,
            (long)status.Inode, status.LinkCount, status.LinkCount > 1 ? (long)status.Device : 0, (long)status.SpecialDevice, status.WindowsAttributes,
        ];
        for (var i = 0; i < FieldCount; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes[(i * sizeof(long))..], fields[i]);
        return Hash128.Compute(bytes);
    }
}

using System.Collections.Concurrent;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Decides whether a file's status can vouch for its content when the next save finds it as it is now. It can where somebody sets the time
/// of the last change at every change, and where that time had passed when the file was read. Thread-safe.
/// </summary>
internal sealed class StatusTrust
{
    // A file that changes twice within so many seconds may show the same times (FAT counts two).
    private const int GranuleSeconds = 2;

    // So far the clocks of a server and of this machine may be apart; Kerberos allows as much (RFC 4120, 1.6).
    private const int ClockSkewSeconds = 300;

    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<ulong, ChangeTimeKeeper> _keepers = new();

    public StatusTrust(TimeProvider clock) => _clock = clock;

    /// <summary>The time, to be asked for before a status is read, and that before the content.</summary>
    public FileTime Now => FileTime.FromDateTimeOffset(_clock.GetUtcNow());

    /// <summary>What the cache is to remember of a status.</summary>
    /// <param name="status">The status.</param>
    /// <param name="readFrom">The time before the status was read, and then the content.</param>
    /// <param name="source">The directory of the entry, to be asked once for each device.</param>
    /// <param name="name">The entry.</param>
    /// <param name="follow">Whether a link is followed to it.</param>
    /// <returns><see cref="StatusHash.None"/> when the status cannot vouch for the content.</returns>
    public Hash128 Hash(in FileStatus status, FileTime readFrom, SourceDirectory source, byte[] name, bool follow)
    {
        var age = FindKeeper(status, source, name, follow) switch
        {
            ChangeTimeKeeper.Kernel => GranuleSeconds,
            ChangeTimeKeeper.Server => GranuleSeconds + ClockSkewSeconds,

            // The file systems of images have no time of creation.
            ChangeTimeKeeper.LowerFileSystem when status.CreatedTime is not null => GranuleSeconds,
            _ => (int?)null,
        };
        return age is { } seconds && status.ChangedTime < readFrom with { Seconds = readFrom.Seconds - seconds } ? StatusHash.Compute(status) : StatusHash.None;
    }

    private ChangeTimeKeeper FindKeeper(in FileStatus status, SourceDirectory source, byte[] name, bool follow)
    {
        if (_keepers.TryGetValue(status.Device, out var known))
            return known;
        try
        {
            return _keepers[status.Device] = source.GetChangeTimeKeeper(name, follow);
        }
        catch (FileSystemException)
        {
            return ChangeTimeKeeper.None; // it has gone meanwhile: the next entry of the device is asked
        }
    }
}

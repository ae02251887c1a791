using Rekkord.Engine.Errors;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Copying;

/// <summary>What to copy, and how.</summary>
public sealed record CopyRequest
{
    /// <summary>The snapshots, by IDs, beginnings of IDs or channels.</summary>
    public required IReadOnlyList<string> Snapshots { get; init; }

    /// <summary>Copy also what is there already.</summary>
    public bool Force { get; init; }

    /// <summary>Zstandard's level, 1 to 22.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>Threads that read, verify and compress; 0 for one per processor.</summary>
    public int Threads { get; init; }

    /// <summary>Where local files lie; null for the user's cache directory.</summary>
    public string? CacheDirectory { get; init; }
}

/// <summary>A snapshot that is to be copied.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Copy">The copy of it that the destination has already; null when there is none, or when nobody asked.</param>
public sealed record PlannedCopy(Snapshot Snapshot, Snapshot? Copy);

/// <summary>A snapshot that was copied.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Copy">The copy.</param>
public sealed record CopyResult(Snapshot Snapshot, Snapshot Copy);

/// <summary>How far a copy is.</summary>
/// <param name="Channel">The channel of the snapshot that is being copied.</param>
/// <param name="Files">Files that were copied, or were there.</param>
/// <param name="Size">Bytes of the snapshots that are done, and of the files of this one.</param>
/// <param name="TotalSize">Bytes of all snapshots.</param>
/// <param name="CurrentPath">Where it is.</param>
public readonly record struct CopyProgress(string Channel, long Files, long Size, long TotalSize, string CurrentPath);

/// <summary>Something of a snapshot is lost. It costs that snapshot its copy, and no other.</summary>
internal sealed class UnreadableSource : RekkordException
{
    /// <summary>Says that.</summary>
    /// <param name="what">What of the snapshot it is, as the beginning of a sentence.</param>
    /// <param name="error">What is wrong with it.</param>
    public UnreadableSource(string what, RekkordException error)
        : base(error.ErrorId, error.Kind, $"{what} cannot be read: {error.Message}", error.Target, error)
    {
    }

    /// <summary>Whether an error costs this snapshot alone. Where reading itself fails, it may fail for the next one too.</summary>
    public static bool IsLoss(RekkordException error) => error.MeansLoss || error.Kind == RekkordErrorKind.NotFound;

    /// <summary>Reads, and says what was read when that is lost.</summary>
    public static T Guard<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (RekkordException error) when (IsLoss(error))
        {
            throw new UnreadableSource(what, error);
        }
    }
}

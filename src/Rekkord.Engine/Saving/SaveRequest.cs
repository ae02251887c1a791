using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Saving;

/// <summary>What to save, and how.</summary>
public sealed record SaveRequest
{
    /// <summary>The name to file the snapshot under: 1 to 256 bytes of UTF-8 without control characters and colons, neither <c>id</c> nor <c>channel</c>.</summary>
    public required string Channel { get; init; }

    /// <summary>What to save.</summary>
    public required IReadOnlyList<SourcePath> Paths { get; init; }

    /// <summary>Patterns of what to leave out.</summary>
    public IReadOnlyList<PathPattern> Exclude { get; init; } = [];

    /// <summary>What else to leave out.</summary>
    public Omissions Omit { get; init; } = new();

    /// <summary>Tell the observer of each file that is read, and of each entry that is left out, with the rule that did it.</summary>
    public bool TellEntries { get; init; }

    /// <summary>Only walk the sources, and tell what would be saved. Nothing is read of files, and nothing is stored.</summary>
    internal bool IsRehearsal { get; init; }

    /// <summary>Read every file again, also those that seem unchanged, and cut large ones as if they were new.</summary>
    public bool IgnoreCache { get; init; }

    /// <summary>Save what links point to instead of the links.</summary>
    public bool FollowLinks { get; init; }

    /// <summary>The pre-save hooks that ran, to be remembered with the snapshot.</summary>
    public IReadOnlyList<HookRecord> Hooks { get; init; } = [];

    /// <summary>What the user calls the snapshot; at most <see cref="SnapshotLabels.MostTags"/>.</summary>
    public IReadOnlyCollection<string> Tags { get; init; } = [];

    /// <summary>What the user says of it; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Zstandard's level, 1 to 22.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>Threads that hash and compress; 0 for one per processor.</summary>
    public int Threads { get; init; }

    /// <summary>The keyfile in use, which is left out of the snapshot; null when the key comes from elsewhere.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Where the local cache lies; null for the user's cache directory.</summary>
    public string? CacheDirectory { get; init; }
}

/// <summary>Is told what a save meets; called from any thread.</summary>
public interface ISaveObserver
{
    /// <summary>An entry could not be fully saved. The save goes on, and the snapshot will be partial.</summary>
    void EntryFailed(RekkordException error);

    /// <summary>Something worth knowing that costs the snapshot nothing, such as a file that was gone when its turn came.</summary>
    void Warn(string message);

    /// <summary>One of many things that were asked for; of interest to those who ask for details.</summary>
    void Detail(string message);
}

/// <summary>What a save leaves out beside what patterns mean. What is named to be saved is saved in any case.</summary>
public sealed record Omissions
{
    /// <summary>What is in directories that are marked as caches: by a file <c>CACHEDIR.TAG</c> that begins as bford.info/cachedir says. The file itself is saved.</summary>
    public bool Caches { get; init; }

    /// <summary>What is in directories at which another file system is mounted.</summary>
    public bool OtherFileSystems { get; init; }

    /// <summary>Files of more bytes than this; null for no limit.</summary>
    public long? LargerThan { get; init; }

    /// <summary>What files named <c>.rekkordignore</c> say, each of its directory. They have the rules of <c>.gitignore</c>.</summary>
    public bool IgnoreFiles { get; init; } = true;
}

/// <summary>How far a save is.</summary>
/// <param name="Activity">What it is doing, a few words.</param>
/// <param name="Files">Entries done that are not directories.</param>
/// <param name="Directories">Directories found.</param>
/// <param name="Size">Bytes of the files done, and of what was read of others.</param>
/// <param name="AddedSize">Bytes among them that were new.</param>
/// <param name="SentSize">Bytes that were sent to the repository on another machine, compressed and encrypted; 0 where it is on this one.</param>
/// <param name="CurrentPath">The file that the walk came to last and that is read, or the directory that it is in.</param>
public readonly record struct SaveProgress(string Activity, long Files, long Directories, long Size, long AddedSize, long SentSize, string CurrentPath)
{
    /// <summary>How many files the last save of the same paths had that this machine remembers; 0 when there is none.</summary>
    public long ExpectedFiles { get; init; }

    /// <summary>How many bytes they had.</summary>
    public long ExpectedSize { get; init; }

    /// <summary>Bytes of the packs that are whole in the repository. The next save uses them if this one is stopped.</summary>
    public long StoredSize { get; init; }
}

/// <summary>What a save did.</summary>
/// <param name="Snapshot">The snapshot that was made.</param>
/// <param name="NewDataPacks">How many packs of file content were written.</param>
/// <param name="NewMetadataPacks">How many packs of metadata were written.</param>
/// <param name="UnchangedFiles">Files that were not read because they had not changed.</param>
/// <param name="Errors">What could not be saved whole; empty when everything was. At most 1,000 are kept.</param>
public sealed record SaveResult(
    Snapshot Snapshot, int NewDataPacks, int NewMetadataPacks, long UnchangedFiles, IReadOnlyList<Errors.RekkordException> Errors)
{
    /// <summary>Whether something is missing from the snapshot.</summary>
    public bool IsPartial => Snapshot.Summary.ErrorCount > 0;

    /// <summary>How many entries were left out by any rule. What is in a directory that was left out is not counted.</summary>
    public long Omitted { get; init; }

    /// <summary>The exclusions, as they were given, that left nothing out.</summary>
    public IReadOnlyList<string> UnusedExclusions { get; init; } = [];
}

/// <summary>What a save would do that began now.</summary>
/// <param name="Files">Entries that are not directories.</param>
/// <param name="Size">Bytes of them.</param>
/// <param name="UnchangedFiles">Those among them that are as the last save left them.</param>
/// <param name="Omitted">Entries that rules leave out.</param>
/// <param name="UnusedExclusions">The exclusions, as they were given, that leave nothing out.</param>
public sealed record SavePlan(long Files, long Size, long UnchangedFiles, long Omitted, IReadOnlyList<string> UnusedExclusions);

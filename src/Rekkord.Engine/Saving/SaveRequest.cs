using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Patterns;

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

    /// <summary>Read every file again, also those that seem unchanged, and cut large ones as if they were new.</summary>
    public bool IgnoreCache { get; init; }

    /// <summary>Save what links point to instead of the links.</summary>
    public bool FollowLinks { get; init; }

    /// <summary>The pre-save hooks that ran, to be remembered with the snapshot.</summary>
    public IReadOnlyList<HookRecord> Hooks { get; init; } = [];

    /// <summary>Zstandard's level, 1 to 22.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>Threads that hash and compress; 0 for one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>The keyfile in use, which is left out of the snapshot; null when the key comes from elsewhere.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Where the local cache lies; null for the user's cache directory.</summary>
    public string? CacheDirectory { get; init; }
}

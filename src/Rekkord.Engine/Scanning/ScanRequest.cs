namespace Rekkord.Engine.Scanning;

/// <summary>How to verify a repository.</summary>
public sealed record ScanRequest
{
    /// <summary>Also open, decompress and check every blob; otherwise every object's bytes are checked against its name, and all metadata in full.</summary>
    public bool Full { get; init; }

    /// <summary>Packs that this machine verified (as thoroughly) more recently than this are not read again; null to read all.</summary>
    public TimeSpan? MaximumAge { get; init; }

    /// <summary>Stop reading packs after this time, the longest unverified first; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Put damaged objects aside and make again what can be made: indexes and tags.</summary>
    public bool Repair { get; init; }

    /// <summary>Threads that read and check; 0 for one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Where the local scan state lies; null for the user's cache directory.</summary>
    public string? CacheDirectory { get; init; }
}

namespace Rekkord.Engine.Restoring;

/// <summary>What to restore, and where to.</summary>
public sealed record RestoreRequest
{
    /// <summary>The snapshot: its OID, the beginning of one, or a channel (its newest).</summary>
    public required string Snapshot { get; init; }

    /// <summary>A path within the snapshot, as it was saved; null for everything. A directory's content goes straight into the destination.</summary>
    public string? Path { get; init; }

    /// <summary>The directory to restore into; made if it does not exist.</summary>
    public required string Destination { get; init; }

    /// <summary>Patterns of what to restore; empty for everything.</summary>
    public IReadOnlyList<Patterns.PathPattern> Include { get; init; } = [];

    /// <summary>Restore into a directory that has something in it, and replace files there.</summary>
    public bool Force { get; init; }

    /// <summary>Read every restored file again and compare it with the snapshot.</summary>
    public bool Verify { get; init; }

    /// <summary>Whom what is restored belongs to.</summary>
    public OwnerChoice Owner { get; init; }

    /// <summary>
    /// Make no device nodes and fifos, and leave out setuid and setgid bits and all attributes that are neither a user's nor an ACL: for
    /// a snapshot that somebody else may have written.
    /// </summary>
    public bool NoSpecial { get; init; }

    /// <summary>Threads that read and decompress; 0 for one a processor.</summary>
    public int Threads { get; init; }
}

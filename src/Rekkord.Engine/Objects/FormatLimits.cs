namespace Rekkord.Engine.Objects;

/// <summary>
/// The bounds of what is stored. Every reader checks them before it takes memory for what a length in stored bytes claims, and a
/// writer keeps within them: what is beyond is reported and left out, so that it never costs what is stored beside it.
/// </summary>
internal static class FormatLimits
{
    /// <summary>Largest descriptor, in bytes.</summary>
    public const int Descriptor = 64 * 1024;

    /// <summary>Largest index object, in bytes.</summary>
    public const int Index = 128 * 1024 * 1024;

    /// <summary>Largest snapshot or tag object, in bytes.</summary>
    public const int Record = 64 * 1024 * 1024;

    /// <summary>Largest segment, in bytes before compression.</summary>
    public const int Segment = 64 * 1024 * 1024;

    /// <summary>Largest table of contents of a pack, in bytes.</summary>
    public const int TableOfContents = 64 * 1024 * 1024;

    /// <summary>
    /// Largest directory entry, in bytes. Only writers keep this one: with the entries before it, an entry is in a page that must be a
    /// segment, and root entries are in a record.
    /// </summary>
    public const int Entry = 32 * 1024 * 1024;

    /// <summary>Largest sum of the saved paths' lengths, in bytes: a record holds each of them twice.</summary>
    public const int SavedPaths = 12 * 1024 * 1024;

    /// <summary>Largest sum of the entries of the saved paths themselves, in bytes.</summary>
    public const int RootEntries = Record - (2 * SavedPaths) - (4 * 1024 * 1024);

    /// <summary>Deepest nesting of directories, counted from a saved path.</summary>
    public const int TreeDepth = 4096;
}

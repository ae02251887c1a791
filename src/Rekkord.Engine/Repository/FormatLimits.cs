namespace Rekkord.Engine.Repository;

/// <summary>The bounds that every reader checks before it takes memory for what a length in stored bytes claims.</summary>
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

    /// <summary>Largest directory of a pack, in bytes.</summary>
    public const int PackDirectory = 64 * 1024 * 1024;

    /// <summary>Deepest nesting of directories.</summary>
    public const int TreeDepth = 4096;
}

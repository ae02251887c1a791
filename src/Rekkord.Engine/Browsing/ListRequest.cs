namespace Rekkord.Engine.Browsing;

/// <summary>What to list of a snapshot.</summary>
public sealed record ListRequest
{
    /// <summary>
    /// A path as it was saved: of a directory what is in it is listed, anything else itself. With <c>*</c> or <c>?</c>, which stand for
    /// characters of one name, what matches is listed itself. Null for the saved paths.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>How many levels below the first to list as well; 0 for none.</summary>
    public int Depth { get; init; }
}

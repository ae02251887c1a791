namespace Rekkord.Engine.Storage;

/// <summary>One stored object, as a listing tells it.</summary>
/// <param name="Name">Its name in the repository, with <c>/</c> between the parts.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="ModifiedTime">When it was written, by the store's clock.</param>
public sealed record ObjectInfo(string Name, long Size, DateTimeOffset ModifiedTime)
{
    /// <summary>What stands under the name in the place of an object, such as <c>it is a fifo</c>, and is never opened; null for an object.</summary>
    public string? Obstacle { get; init; }
}

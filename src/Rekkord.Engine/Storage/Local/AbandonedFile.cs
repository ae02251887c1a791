using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage.Local;

/// <summary>Temporary files whose writers were killed before they could rename or remove them.</summary>
internal static class AbandonedFile
{
    /// <summary>
    /// Removes the files of a directory that have a temporary file's name, were last written before a point in time, and that no process
    /// has open. Leftovers do no harm: what stays, for whatever reason, is not an error.
    /// </summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="ObstacleException">The directory is none.</exception>
    public static int RemoveAll(IStoreRoot root, string folder, Predicate<string> isTemporary, DateTimeOffset before)
    {
        try
        {
            return root.List(folder).Count(entry =>
                entry.Kind == FileKind.File && entry.ModifiedTime < before && isTemporary(entry.Name) && root.TryDeleteAbandoned(folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}"));
        }
        catch (Exception error) when (error is IOException and not ObstacleException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}

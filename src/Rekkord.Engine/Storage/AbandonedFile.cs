namespace Rekkord.Engine.Storage;

/// <summary>Temporary files whose writers were killed before they could rename or remove them.</summary>
internal static class AbandonedFile
{
    private static readonly EnumerationOptions EveryFile = new() { AttributesToSkip = FileAttributes.None };

    /// <summary>
    /// Removes the files of a directory that were last written before a point in time and that no process has open. Leftovers do no
    /// harm: what stays, for whatever reason, is no error.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public static int RemoveAll(string directory, string pattern, DateTimeOffset before)
    {
        try
        {
            return Directory.Exists(directory)
                ? new DirectoryInfo(directory).EnumerateFiles(pattern, EveryFile).Count(file => file.LastWriteTimeUtc < before.UtcDateTime && TryRemove(file.FullName))
                : 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Removes a file unless a process has it open; .NET locks what it opens without sharing on Unix too.</summary>
    /// <returns>Whether it was removed.</returns>
    public static bool TryRemove(string path)
    {
        try
        {
            File.OpenHandle(path, share: FileShare.None).Dispose();
            File.Delete(path);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

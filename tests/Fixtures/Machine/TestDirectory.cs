namespace Rekkord.Tests;

/// <summary>Removes the directories of tests, whatever the tests left in them.</summary>
public static class TestDirectory
{
    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (!OperatingSystem.IsWindows() && error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // .NET removes neither names that are not UTF-8 nor trees deeper than PATH_MAX (an ArgumentException), and nobody but root what
            // lies in a directory without permissions.
            TestProgram.Run("sh", "-c", "rm -rf -- \"$1\" 2>/dev/null || { chmod -R u+rwx -- \"$1\"; rm -rf -- \"$1\"; }", "sh", path);
        }
    }
}

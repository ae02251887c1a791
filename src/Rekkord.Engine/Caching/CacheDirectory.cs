using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Platform;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Caching;

/// <summary>The directory of a repository's local files: only its user can read it, and leftovers of killed writers are removed.</summary>
internal static class CacheDirectory
{
    private const string TemporarySuffix = ".tmp";
    private const int RandomLength = 6;

    // No writer takes so long.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    /// <summary>Makes a directory that only the current user can look into: caches have the names of files.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A new name beside a file, for what takes its place once it is written.</summary>
    public static string TemporaryNameFor(string path) => $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomLength))}{TemporarySuffix}";

    /// <summary>Opens a regular file for reading. A link is not followed, and a fifo not waited for: a home directory may be in the power of others.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be opened.</exception>
    public static SafeFileHandle OpenFile(string path)
    {
        using var directory = SystemStorageFiles.Instance.OpenRoot(Path.GetDirectoryName(path)!, model: "");
        return directory.OpenFile(Path.GetFileName(path));
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumLength">What a longer one is not read for, in bytes.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public static byte[] Read(string path, int maximumLength)
    {
        using var file = new FileStream(OpenFile(path), FileAccess.Read, bufferSize: 0);
        if (file.Length > maximumLength)
            throw new InvalidDataException($"The file '{path}' is too large.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Writes a file that only the current user can read beside an old one and puts it in its place: of several writers at once, one wins.</summary>
    /// <exception cref="IOException">It cannot be written; what there was stays.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written; what there was stays.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        CreatePrivate(Path.GetDirectoryName(path)!);
        var temporary = TemporaryNameFor(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporary, options))
                file.Write(bytes);
            ReplacingRename.Rename(temporary, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            RemoveTemporary(temporary);
            throw;
        }
    }

    /// <summary>Removes what writers that were killed left beside a cache, a day ago or earlier; what cannot be removed stays.</summary>
    /// <param name="path">The cache.</param>
    /// <param name="now">What a day ago is counted from.</param>
    public static void RemoveLeftovers(string path, DateTimeOffset now)
    {
        try
        {
            using var directory = SystemStorageFiles.Instance.OpenRoot(Path.GetDirectoryName(path)!, model: "");
            AbandonedFile.RemoveAll(directory, "", IsTemporary, now - LeftoverAge);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            System.Diagnostics.Debug.WriteLine(error.Message);
        }
    }

    /// <summary>Whether a name is one that is given to what takes the place of a cache.</summary>
    internal static bool IsTemporary(string name)
    {
        const int hexLength = RandomLength * 2;
        if (!name.EndsWith(TemporarySuffix, StringComparison.Ordinal))
            return false;
        var rest = name[..^TemporarySuffix.Length];
        return rest.Length > hexLength && rest[^hexLength..].All(char.IsAsciiHexDigitLower)
            && (rest[..^hexLength].EndsWith(".cache.", StringComparison.Ordinal) || rest[..^hexLength].EndsWith(".state.", StringComparison.Ordinal));
    }

    /// <summary>Removes what was given up. That it cannot be removed must not hide why.</summary>
    public static void RemoveTemporary(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            System.Diagnostics.Debug.WriteLine(error.Message);
        }
    }
}

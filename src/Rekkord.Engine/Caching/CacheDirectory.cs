using System.Security.Cryptography;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Caching;

/// <summary>The directory of a repository's local files: only its user looks into it, and what killed writers left there goes away.</summary>
internal static class CacheDirectory
{
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

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumLength">What a longer one is not read for, in bytes.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public static byte[] Read(string path, int maximumLength)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
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
        var temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporary, options))
                file.Write(bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            AbandonedFile.TryRemove(temporary);
            throw;
        }
    }

    /// <summary>Removes what writers that were killed left beside a cache, a day ago or earlier; what cannot be removed stays.</summary>
    /// <param name="path">The cache.</param>
    /// <param name="now">What a day ago is counted from.</param>
    public static void RemoveLeftovers(string path, DateTimeOffset now) =>
        AbandonedFile.RemoveAll(Path.GetDirectoryName(path)!, "*.tmp", now - LeftoverAge);
}

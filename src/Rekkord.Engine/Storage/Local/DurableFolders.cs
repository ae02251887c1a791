using System.Collections.Concurrent;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// Makes directories with names that survive a power cut. A directory that was there already may have been made by another process
/// a moment ago that has not flushed its name yet: each is therefore made durable once by every store that relies on it. Thread-safe.
/// </summary>
internal sealed class DurableFolders(IStoreRoot root)
{
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    /// <summary>The directory that a name lies in; empty for the root.</summary>
    public static string ParentOf(string name) => name[..Math.Max(0, name.LastIndexOf('/'))];

    /// <summary>Makes a directory below the root durable, with all that leads to it from there.</summary>
    /// <exception cref="IOException">The system refused, or something else stands there.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public void Create(string folder)
    {
        if (folder.Length == 0)
            return;
        var exists = root.Find(folder) == FileKind.Directory;
        if (exists && _durable.ContainsKey(folder))
            return;
        var parent = ParentOf(folder);
        Create(parent);
        if (!exists)
            root.CreateDirectory(folder);
        root.FlushDirectory(parent);
        _durable[folder] = true;
    }

    /// <summary>Makes a repository's own directory, with those above it that are missing, and flushes the names of all that it made.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public static void CreateRoot(string path, IStorageFiles files)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
            CreateRoot(parent, files);
        files.CreateDirectory(path);
        if (parent is not null)
            files.FlushDirectory(parent);
    }
}

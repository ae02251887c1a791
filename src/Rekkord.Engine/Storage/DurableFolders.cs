using System.Collections.Concurrent;

namespace Rekkord.Engine.Storage;

/// <summary>
/// Makes directories with names that survive a power cut. A directory that was there already may have been made by another process
/// a moment ago that has not flushed its name yet: each is therefore made durable once by every store that relies on it. Thread-safe.
/// </summary>
internal sealed class DurableFolders(IStorageFiles files)
{
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    /// <summary>Makes a directory below a root durable, with all that leads to it from there.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public void Create(string root, string folder)
    {
        if (folder == root)
            return;
        var exists = Directory.Exists(folder);
        if (exists && _durable.ContainsKey(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        Create(root, parent);
        if (!exists)
            files.CreateDirectory(folder);
        files.FlushDirectory(parent);
        _durable[folder] = true;
    }

    /// <summary>Makes a repository's own directory, with those above it that are missing, and flushes the names of all that it made.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public void CreateRoot(string root)
    {
        if (Directory.Exists(root))
            return;
        var parent = Path.GetDirectoryName(root);
        if (parent is not null)
            CreateRoot(parent);
        files.CreateDirectory(root);
        if (parent is not null)
            files.FlushDirectory(parent);
    }
}

namespace Rekkord.Engine.Platform;

/// <summary>
/// The file operations by which something survives a power cut, by full paths that the user named: links in them are followed. The order
/// of the operations decides what a power cut leaves, so a test puts a recorder in their place.
/// </summary>
internal interface IDurableFiles
{
    /// <summary>Gives a file another name unless that is taken.</summary>
    /// <returns>False when the name is taken.</returns>
    bool TryRename(string path, string newPath);

    /// <summary>Gives a file another name, also one that is taken: that file is then gone.</summary>
    void Rename(string path, string newPath);

    /// <summary>Removes a file.</summary>
    void DeleteFile(string path);

    /// <summary>Makes one directory.</summary>
    void CreateDirectory(string path);

    /// <summary>Makes the names in a directory durable.</summary>
    void FlushDirectory(string path);
}

/// <summary>The operating system's files.</summary>
internal class SystemFiles : IDurableFiles
{
    public static SystemFiles Instance { get; } = new();

    public bool TryRename(string path, string newPath) => ExclusiveRename.TryRename(path, newPath);

    public void Rename(string path, string newPath) => ReplacingRename.Rename(path, newPath);

    public void DeleteFile(string path) => File.Delete(path);

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void FlushDirectory(string path) => DurableDirectory.Flush(path);
}
